using System.Runtime.ExceptionServices;

namespace LossGen.Compiler.Support;

/// <summary>
/// Runs work on long formulas on a thread with a large stack. The stages walk the graph by recursion, which is as deep as the longest chain
/// of operations and its derivative; a stack overflow would end the compiler, and the editor's threads have one megabyte.
/// </summary>
internal static class RoomyStack
{
    // Formulas of up to this many levels need a part of a megabyte only, and not a thread of their own.
    private const int Ordinary = 120;
    private const int StackSize = 64 << 20;

    /// <param name="levels">How many operations may stand one below the other in the formulas.</param>
    /// <param name="work">Stops by itself, with an exception, where it is cancelled.</param>
    /// <param name="cancellation">No thread is started for what is not wanted any more.</param>
    public static T Run<T>(int levels, Func<T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (levels <= Ordinary)
            return work();
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(Work, StackSize);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;

        void Work()
        {
            try
            {
                result = work();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        }
    }
}
