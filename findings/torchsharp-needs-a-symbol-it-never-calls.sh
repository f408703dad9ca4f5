#!/usr/bin/env bash
# TorchSharp's native library does not load on Debian 12 and Ubuntu 22.04 for a symbol that it never calls.
#
# libLibTorchSharp.so of TorchSharp 0.107.0 needs GLIBCXX_3.4.32 (GCC 13) for one undefined symbol, std::ios_base_library_init(), a marker
# that <iostream> of GCC 13 emits. No relocation refers to it, so nothing would be missing with an older libstdc++; the loader refuses the
# library all the same. Marking that need as weak in the file is enough (every finding about TorchSharp here does it).
# Needs readelf (binutils) beside the .NET SDK.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp TorchSharp=0.107.0 <<'CS'
return 0;
CS
library=$(find "$scratch/bin" -name libLibTorchSharp.so | head -n 1)
symbols=$(readelf -W --dyn-syms "$library" | grep 'GLIBCXX_3\.4\.32' | awk '{print $8}' | sort -u)
relocations=$(readelf -Wr "$library" | grep -c ios_base_library_init || true)
newer=$(readelf -WV "$library" | grep -oE 'Name: GLIBCXX_3\.4\.3[0-9]' | sort -u | tr '\n' ' ')
echo "symbols of GLIBCXX_3.4.32: $symbols; relocations to it: $relocations; needs of 3.4.30 and later: $newer"
[ "${symbols%@*}" = _ZSt21ios_base_library_initv ] && [ "$relocations" = 0 ]
