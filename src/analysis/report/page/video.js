// The picture of the player: an embedded video where the episode was filmed, else a clock of its own. Frame k is step k.
"use strict";

awd.video = (() => {
  const FPS = 20;

  const bytesOf = (episode) => {
    const stored = document.getElementById(`video-${episode.number}`);
    if (!stored) return null;
    return new Blob([Uint8Array.from(atob(stored.textContent), (c) => c.charCodeAt(0))], { type: "video/mp4" });
  };

  /** Whether an episode's video is on the page. */
  const has = (number) => document.getElementById(`video-${number}`) !== null;

  /** A screen in `parent`; `moved(step)` is called while it plays, `stopped()` when it stops by itself. */
  const create = (parent, moved, stopped) => {
    const video = awd.element("video", { playsinline: "", preload: "auto", "aria-label": "Video of the episode" });
    const note = awd.element("p", { text: "No video of this episode: the first one of every arm and scenario is filmed." });
    video.muted = true;
    parent.append(video, note);
    let episode = null, url = null, isPlaying = false, clock = 0; // clock: seconds, of episodes without video

    const stop = () => {
      isPlaying = false;
      video.pause();
    };
    const lastStep = () => episode.n - 1;

    let before = 0;
    const tick = (now) => {
      if (!isPlaying) return;
      if (url === null) clock += (now - before) / 1000;
      before = now;
      const seconds = url === null ? clock : video.currentTime;
      moved(Math.min(lastStep(), Math.floor(seconds * FPS + 0.001)));
      const isOver = url === null ? seconds * FPS >= episode.n : video.ended;
      if (isOver) {
        stop();
        stopped();
      } else {
        requestAnimationFrame(tick);
      }
    };

    const load = (next) => {
      stop();
      if (url) URL.revokeObjectURL(url);
      episode = next;
      const bytes = bytesOf(next);
      url = bytes ? URL.createObjectURL(bytes) : null;
      video.hidden = url === null;
      note.hidden = url !== null;
      if (url) video.src = url;
      else video.removeAttribute("src");
    };
    /** The middle of a step's frame, so that rounding cannot show the one before. */
    const seek = (step) => {
      clock = step / FPS;
      if (url) video.currentTime = (step + 0.5) / FPS;
    };
    const play = async () => {
      isPlaying = true;
      before = performance.now();
      if (url) {
        try {
          await video.play();
        } catch {
          stop();
          stopped();
          return;
        }
      }
      requestAnimationFrame(tick);
    };
    return { load, seek, play, stop, isPlaying: () => isPlaying };
  };
  return { create, has };
})();
