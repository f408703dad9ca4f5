using Distributed.Processes;
using Segmentation;

namespace Distributed;

/// <summary>What goes wrong on purpose: to see what becomes of the other processes.</summary>
internal enum FaultKind
{
    /// <summary>The numbers that the network gives are NaN.</summary>
    Nan,

    /// <summary>The process throws an exception.</summary>
    Throw,

    /// <summary>The process is killed, without a chance to say anything.</summary>
    Die,
}

/// <summary>A fault of one process at one step.</summary>
internal sealed record Fault(FaultKind Kind, int Rank, int Step)
{
    public const string Form = "nan|throw|die:RANK:STEP";

    /// <exception cref="UsageException">The text is no fault.</exception>
    public static Fault Parse(string text) =>
        text.Split(':') is [string kind, string rank, string step]
        && Enum.TryParse(kind, ignoreCase: true, out FaultKind known) && !int.TryParse(kind, out _)
        && int.TryParse(rank, out int at) && int.TryParse(step, out int when)
            ? new(known, at, when)
            : throw new UsageException($"--fault is {text}; it must be {Form}, as in nan:1:5.");

    /// <summary>True where the numbers of this process are to be spoilt at this step. Other faults happen here.</summary>
    public bool Strikes(IProcesses processes, int step)
    {
        if (Rank != processes.Rank || Step != step)
            return false;
        if (Kind == FaultKind.Throw)
            throw new InvalidOperationException("a fault that was asked for");
        if (Kind == FaultKind.Die)
            System.Diagnostics.Process.GetCurrentProcess().Kill();
        return true;
    }
}
