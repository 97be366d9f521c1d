#!/usr/bin/env bash
# Runs claims in the paper preset as a Slurm job array: one part of the runs a task.
#
#   sbatch --array=1-16 deploy/slurm.sh
#   goicl reproduce claim2 claim3 --preset paper --dir "$HOME/goicl-runs"    # prints the verdicts, when all are done
#
# The folder of runs must be on a file system that all nodes share and that has file
# locks. A task that is cut off goes on where it was when it is submitted again.
#SBATCH --job-name=goicl
#SBATCH --cpus-per-task=8
#SBATCH --mem=8G
#SBATCH --time=24:00:00
set -euo pipefail

exec goicl reproduce claim2 claim3 --preset paper --dir "${GOICL_RUNS:-$HOME/goicl-runs}" \
	--shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
