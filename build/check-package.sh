#!/usr/bin/env bash
# Packs LossGen and uses the package as a stranger would: from a folder outside the repository, without its build settings,
# with warnings as errors. Restores what else is needed from the ordinary package cache.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet pack src/Runtime -c Release -o "$work/feed" -v quiet
cp -r build/package-check/. "$work/"

# Packages in a folder of its own, so that an older LossGen of the same version is never taken for this one.
cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}
export NUGET_PACKAGES="$work/packages"
cat > "$work/nuget.config" <<XML
<configuration>
  <fallbackPackageFolders><add key="cache" value="$cache" /></fallbackPackageFolders>
  <packageSources><add key="packed" value="$work/feed" /></packageSources>
</configuration>
XML

dotnet build "$work/Torch" -c Release -v quiet -p:TreatWarningsAsErrors=true -p:LossGenShowPasses=true -p:EmitCompilerGeneratedFiles=true
grep -rq "(LossGenShowPasses)" "$work/Torch/obj" || { echo "the package does not hand LossGenShowPasses to the generator"; exit 1; }
dotnet run --project "$work/App" -c Release -p:TreatWarningsAsErrors=true
