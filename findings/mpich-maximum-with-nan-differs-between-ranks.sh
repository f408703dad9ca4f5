#!/usr/bin/env bash
# MPI_Allreduce with MPI_MAX gives different processes different results where one number is NaN; MPI_SUM gives all of them NaN.
#
# An all-reduce is expected to leave the same number in every process. MPICH 4.0.2 (Debian's package mpich) compares, and each process begins with its own number, so
# that it depends on the order who drops the NaN. So "has any process a NaN?", asked by a maximum, is answered with yes here and no there, and the processes part: some
# stop, the others wait in the next collective for ever. A sum of flags, or of the numbers themselves, is the same everywhere.
# Seen: two processes with 1 and NaN get NaN and 1 as the maximum; over MPI.NET 1.4.0 (whose msmpi.dll is led to libmpich.so.12).
source "$(dirname "$0")/support/dotnet.sh"
command -v mpiexec.mpich > /dev/null || { echo "needs Debian's package mpich"; exit 2; }
mpiexec.mpich --version | sed -n 's/ *Version: */mpich /p' >&2
run_csharp MPI.NET=1.4.0 > "$scratch/alone" 2>&1 <<'CS' || { cat "$scratch/alone"; exit 2; }
using System.Runtime.InteropServices;
using MPI;
NativeLibrary.SetDllImportResolver(typeof(Communicator).Assembly, (name, _, _) => name == "msmpi.dll" ? NativeLibrary.Load("libmpich.so.12") : 0);
Reduce();
void Reduce()
{
    string[] none = [];
    using var environment = new MPI.Environment(ref none);
    Intracommunicator world = Communicator.world;
    double own = world.Rank == 1 ? double.NaN : 1;
    Console.WriteLine($"{world.Allreduce(own, Operation<double>.Max)} {world.Allreduce(own, Operation<double>.Add)}");
}
CS
results=$(mpiexec.mpich -n 2 dotnet "$scratch/bin/Finding.dll" 2> /dev/null)
echo "maximum and sum in each process:"
echo "$results"
[ "$(cut -d' ' -f1 <<< "$results" | sort -u | wc -l)" -gt 1 ] && [ "$(cut -d' ' -f2 <<< "$results" | sort -u)" = NaN ]
