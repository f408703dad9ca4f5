#!/usr/bin/env bash
# Packs LossGen and uses the package as a stranger would: from a folder outside the repository, without its build settings,
# with warnings as errors. Restores what else is needed from the ordinary package cache.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A version that no cache has: an older package of the same version would be taken for this one.
dotnet pack src/Runtime -c Release -o "$work/feed" -v quiet -p:PackageVersion=0.0.0-check
cp -r build/package-check/. "$work/"

# Packages in a folder of its own: nothing of this stays in the machine's cache, which serves what else is needed.
cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}
export NUGET_PACKAGES="$work/packages"
cat > "$work/nuget.config" <<XML
<configuration>
  <fallbackPackageFolders><add key="cache" value="$cache" /></fallbackPackageFolders>
  <packageSources><add key="packed" value="$work/feed" /></packageSources>
</configuration>
XML

# Generator and code fixes, and nothing that they would need beside them.
inside=$(unzip -l "$work"/feed/LossGen.*.nupkg | grep -oE 'analyzers/[^ ]+' | sort | tr '\n' ' ')
[ "$inside" = "analyzers/dotnet/cs/LossGen.CodeFixes.dll analyzers/dotnet/cs/LossGen.Generator.dll " ] ||
    { echo "package: the analyzers are $inside"; exit 1; }

dotnet build "$work/Torch" -c Release -v quiet -p:TreatWarningsAsErrors=true -p:LossGenShowPasses=true -p:LossGenGpu=true -p:EmitCompilerGeneratedFiles=true
grep -rq "(LossGenShowPasses)" "$work/Torch/obj" || { echo "the package does not hand LossGenShowPasses to the generator"; exit 1; }
grep -rq "KERNEL void pass0" "$work/Torch/obj" || { echo "the package does not hand LossGenGpu to the generator"; exit 1; }
dotnet run --project "$work/App" -c Release -p:TreatWarningsAsErrors=true

# A project that references one that uses LossGen calls its losses and gets no analyzer from it; that it has one itself is checked with the same question.
dotnet build "$work/Follower" -c Release -v quiet -p:TreatWarningsAsErrors=true
dotnet run --project "$work/Follower" -c Release --no-build
analyzers() { dotnet msbuild "$work/$1" -p:Configuration=Release -t:ResolveLockFileAnalyzers -getItem:Analyzer; }
analyzers Losses | grep -q 'LossGen\.Generator\.dll' || { echo "package: the generator is not among the analyzers of a project that references it"; exit 1; }
if analyzers Follower | grep -q 'LossGen\.[A-Za-z]*\.dll'; then echo "package: analyzers leak to a project that references a consumer"; exit 1; fi
echo "package: no analyzer leaks: ok"

# A project of an older framework is told that the package is not for it.
if restored=$(dotnet restore "$work/Older" -v quiet 2>&1); then echo "package: a net8.0 project restores it"; exit 1; fi
grep -q NU1202 <<< "$restored" || { echo "package: a net8.0 project gets no NU1202 but $restored"; exit 1; }
echo "package: net8.0 is refused with NU1202: ok"
