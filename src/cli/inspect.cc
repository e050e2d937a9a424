// `awd inspect`: what a policy folder holds, what is missing, what would run.
#include "cli/inspect.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "awd/error.h"
#include "cli/commands.h"
#include "cli/options_cli.h"
#include "cli/print_result.h"
#include "engine/checkpoint_tensors.h"
#include "engine/device_choice.h"
#include "io/finite_scan.h"

namespace awd::cli {
namespace {

/// Names of tensors that inference reads and that hold NaN or infinity, as the file has them.
std::vector<std::string> find_bad_tensors(const PolicyFolder& folder) {
  std::vector<std::string> bad;
  for (const TensorSpec& spec : checkpoint_tensors(*folder.config)) {
    const CheckpointTensor* found = folder.checkpoint->find(spec.name);
    if (!spec.is_used || found == nullptr || !found->stored->is_float()) continue;
    if (!all_finite(found->stored->format(), found->stored->bytes)) bad.push_back(found->stored->name);
    found->file->release(*found->stored);
  }
  return bad;
}

/// Throws what makes the exit code 2, if anything does.
void require_would_run(const Inspection& inspection) {
  require_policy(inspection.folder);
  if (inspection.bad_tensors.empty()) return;
  throw Error(inspection.folder.checkpoint->path(),
              fmt::format("expected finite values, got NaN or infinity in {} tensors, the first of them {}",
                          inspection.bad_tensors.size(), inspection.bad_tensors.front()));
}

}  // namespace

EngineDtype Inspection::dtype() const { return chosen_dtype(options); }

Inspection inspect(const std::string& folder, const EngineOptions& options, bool check_values) {
  Inspection inspection{.folder = read_policy_folder(folder, options), .options = options, .bad_tensors = {}};
  if (check_values && inspection.folder.checkpoint != nullptr && inspection.folder.config) {
    inspection.values_checked = true;
    inspection.bad_tensors = find_bad_tensors(inspection.folder);
  }
  return inspection;
}

void add_inspect(CLI::App& app) {
  /// What the command line fills.
  struct InspectCommand {
    std::string folder, json;
    bool check_values = false;
    EngineOptions engine;
  };
  auto command = std::make_shared<InspectCommand>();
  CLI::App* sub = app.add_subcommand("inspect", "what a checkpoint holds, what is missing, what would run");
  sub->add_option("folder", command->folder, "policy folder: of AWD, LeRobot (pi0, pi05) or openpi's converter")
      ->required()
      ->type_name("FOLDER");
  sub->add_option("--json", command->json, "also write what was found there; - is standard output")
      ->type_name("FILE|-");
  sub->add_flag("--check-values", command->check_values,
                "also read every weight and look for NaN and infinity (without it, headers only)");
  add_options(*sub, command->engine);
  sub->callback([command] {
    const Inspection inspection = inspect(command->folder, command->engine, command->check_values);
    if (!inspection.folder.kind) require_would_run(inspection);  // nothing to show
    print_result(inspection_text(inspection), inspection_json(inspection), command->json);
    require_would_run(inspection);
  });
}

}  // namespace awd::cli
