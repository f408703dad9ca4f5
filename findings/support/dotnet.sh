# Sourced by the findings: `run_csharp PACKAGE=VERSION ... < Program.cs` builds the program in a temporary folder with these
# packages and runs it; its exit status is the finding's. `scratch` is that folder. Needs the .NET 10 SDK.
set -euo pipefail
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

TORCH=(TorchSharp=0.107.0 libtorch-cpu-linux-x64=2.10.0)

run_csharp() {
    cat > "$scratch/Program.cs"
    {
        echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework>'
        echo '<ImplicitUsings>enable</ImplicitUsings><AllowUnsafeBlocks>true</AllowUnsafeBlocks>'
        echo '<CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible></PropertyGroup><ItemGroup>'
        for package in "$@"; do
            echo "<PackageReference Include=\"${package%=*}\" Version=\"[${package#*=}]\" />"
            echo "${package%=*} ${package#*=}" >&2
        done
        echo '</ItemGroup></Project>'
    } > "$scratch/Finding.csproj"
    dotnet build "$scratch/Finding.csproj" -c Release -v q -nologo -o "$scratch/bin" > "$scratch/build.log" || { cat "$scratch/build.log"; return 2; }
    weaken_unused_version
    dotnet "$scratch/bin/Finding.dll"
}

# Debian 12 and Ubuntu 22.04 refuse TorchSharp's library for a symbol version that nothing in it is bound to (see
# torchsharp-needs-a-symbol-it-never-calls.sh): the need is marked weak (flag 2 behind the version's hash) in a copy.
weaken_unused_version() {
    local library
    for library in "$scratch"/bin/runtimes/linux-x64/native/libLibTorchSharp.so "$scratch"/bin/libLibTorchSharp.so; do
        [ -f "$library" ] || continue
        LC_ALL=C sed 's/\x42\xf8\x97\x02\x00\x00/\x42\xf8\x97\x02\x02\x00/' "$library" > "$library.copy"
        rm "$library" && mv "$library.copy" "$library"
    done
}
