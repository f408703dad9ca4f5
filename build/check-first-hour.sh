#!/usr/bin/env bash
# Goes the way of README's first hour by README's words alone: from a fresh clone to a network trained on a folder of PNG images and masks, and
# from the package in a folder to README's program in a project outside the clone. Ends with how long it took.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
started=$SECONDS
git clone -q . "$work/clone"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 OMP_WAIT_POLICY=PASSIVE

# A command of README's: the line of its code blocks that begins so.
command_of() { grep -m1 -E "^$1" README.md || { echo "README has no command that begins with: $1" >&2; exit 1; }; }

# 1. A folder of images: the one that README says how to get an example of.
run=$(command_of 'dotnet run -c Release --project examples/Segmentation -- --data FOLDER')
grep -qF -- '-- --export FOLDER' README.md || { echo "README does not say how to get a folder"; exit 1; }
cd "$work/clone"
dotnet run -c Release --project examples/Segmentation -- --data phantom --export "$work/own"

# 2. Trained on.
${run/FOLDER/$work/own}
for file in dice+ce.dat segmentation.png; do
    [ -s "artifacts/segmentation/$file" ] || { echo "README's command left no $file"; exit 1; }
done
echo "first hour: from the clone to a trained network in $((SECONDS - started)) s"

# 3. README's three lines, and its program, in a project of one's own. The machine's sources and packages stay as they are.
export NUGET_PACKAGES="$work/packages" HOME_OF_CACHE=${NUGET_PACKAGES:-$HOME/.nuget/packages}
pack=$(command_of 'dotnet pack') source=$(command_of 'dotnet nuget add source') add=$(command_of 'dotnet add package LossGen')
eval "${pack/\~/$work}"
mkdir "$work/mine" && cd "$work/mine"
dotnet new console --no-restore > /dev/null
cat > nuget.config <<XML
<configuration><fallbackPackageFolders><add key="cache" value="$HOME_OF_CACHE" /></fallbackPackageFolders></configuration>
XML
eval "${source/\~/$work} --configfile nuget.config"
eval "$add"
dotnet add package TorchSharp --version 0.107.0 > /dev/null
dotnet add package libtorch-cpu-linux-x64 --version 2.10.0 > /dev/null
cp "$work/clone/examples/First/Program.cs" "$work/clone/tests/Shared/TorchNative.cs" .
dotnet run -c Release -p:CreateHardLinksForCopyLocalIfPossible=true
echo "first hour: ok, $((SECONDS - started)) s in all"
