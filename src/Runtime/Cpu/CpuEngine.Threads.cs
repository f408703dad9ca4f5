using System.Runtime.ExceptionServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>A pass on several threads. They take blocks as they come; the sums are added in block order afterwards.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private sealed class PassJob : BlockJob
    {
        // One is enough: whoever uses it holds the pool. So a call allocates nothing.
        private static readonly PassJob s_only = new();

        private CallState run;
        private PassLayout pass = null!;
        private double* sums;
        private int length;
        private long blocks;
        private long next;
        private long failedBlock;
        private Exception? failure;

        /// <summary>Runs a pass. The caller has entered the pool; it is left in any case.</summary>
        public static void RunAndExit(in CallState run, PassLayout pass, double* statistics, long blocks)
        {
            PassJob job = s_only;
            Exception? failure;
            try
            {
                job.run = run;
                job.pass = pass;
                job.length = pass.SumLength(run.Classes);
                job.sums = Workspace.Rent(WorkspaceUse.Blocks, Workspace.Size<double>(blocks * job.length))
                    .Take<double>(blocks * job.length);
                job.blocks = blocks;
                job.next = 0;
                job.failedBlock = long.MaxValue;
                job.failure = null;
                BlockPool.Run(job, (int)Math.Min(blocks, LossRuntime.Threads) - 1);
                failure = job.failure;
                for (long block = 0; block < blocks && failure is null; block++)
                    AddBlock(run, pass, statistics, block, job.sums + (block * job.length));
            }
            finally
            {
                job.run = default;
                job.failure = null;
                BlockPool.Exit();
            }

            if (failure is not null)
                ExceptionDispatchInfo.Throw(failure);
        }

        public override void Work()
        {
            long block = -1;
            try
            {
                TileMemory memory = TileMemory.Rent(run.Sizes);
                while ((block = Interlocked.Increment(ref next) - 1) < blocks)
                {
                    RunBlock(run, ref memory, pass, block);
                    new ReadOnlySpan<double>(memory.BlockSums, length).CopyTo(new Span<double>(sums + (block * length), length));
                }
            }
            catch (Exception exception)
            {
                // Blocks are taken in order, and each that was taken is finished: the first failure is the same for any number of threads.
                Interlocked.Exchange(ref next, blocks);
                lock (this)
                {
                    if (block < failedBlock)
                        (failedBlock, failure) = (block, exception);
                }
            }
        }
    }
}
