using LossGen.Kernels;
using Xunit.Abstractions;

namespace LossGen.Gpu.Tests.Ptx;

/// <summary>The text as CUDA C: it compiles, holds a pixel's classes in registers, and reads each logit once a pass.</summary>
public sealed class PtxTests(ITestOutputHelper output)
{
    private static readonly string[] Losses =
    [
        "[Loss(Activation.Softmax)] [Dice] [CrossEntropy(Weight = 0.5)]",
        "[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)] [Tversky] [Focal]",
        "[Loss(Activation.Softmax, IgnoreIndices = new[] { 255, 254, -1 })] [Dice] [CrossEntropy]",
        "[Loss(Activation.Softmax)] [Tversky] [CrossEntropy(LabelSmoothing = 0.1)]",
        "[Loss(Activation.Softmax)] [GeneralizedDice] [JensenShannon]",
        "[Loss(Activation.Sigmoid)] [Dice] [BinaryCrossEntropy]",
        "[Loss(Activation.Sigmoid)] [Focal] [MatthewsCorrelation]",
        "[Loss(Activation.Softmax)] [UnifiedFocal]",
        "[Loss(Activation.Softmax)] [BiTempered]",
        "[Loss(Activation.Softmax)] [WassersteinDice]",
        "[Loss(Activation.None)] [Huber]",
        "[Loss(Activation.Softmax)] [LovaszSoftmax] [CrossEntropy]",
    ];

    // Reads logits of neighbours where they lie, and a map that a step left.
    private const string Neighbours = "[Loss(Activation.Sigmoid)] [TotalVariation] [SoftClDice(Iterations = 0)]";

    private static readonly string[] Pairs =
    [
        "[Loss(Pairs = Pairs.Cosine)] [NtXent]",
        "[Loss(Pairs = Pairs.Dot, IgnoreIndex = -1)] [SupervisedContrastive]",
        "[Loss(Pairs = Pairs.Cosine)] [Circle]",
        "[Loss(Pairs = Pairs.Correlation)] [BarlowTwins]",
        "[Loss(Pairs = Pairs.Covariance)] [VarianceCovariance]",
    ];

    private static readonly DeclarationCompiler Compiler = DeclarationCompiler.Compile(
        Losses.Append(Neighbours).Concat(Pairs).Select(Declaration), properties: ("LossGenGpu", "true"));

    public static TheoryData<string, int> PairCases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string loss in Pairs)
            {
                foreach (int side in new[] { 64, 1024, 8192 })
                    cases.Add(loss, side);
            }

            return cases;
        }
    }

    private static string Declaration(string attributes) => attributes + "\npublic sealed partial class Declared;";

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string loss in Losses)
            {
                foreach (int classes in new[] { 4, 19, 150 })
                    cases.Add(loss, classes);
            }

            cases.Add(Neighbours, 4);
            return cases;
        }
    }

    /// <summary>What sorts has its counts in shared memory, and no barrier where threads count for themselves.</summary>
    [ClangTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void SortingCompiles(bool isDouble)
    {
        Dictionary<string, PtxKernel> found = PtxCompiler.Compile(GpuKernels.Prelude + GpuKernels.Sorting, GpuSorting.Defines(isDouble));
        string[] expected = ["reduce", "sortCount", "sortKeys", "sortMove", "sortRanks", "sortStarts", "sortTotals", "sumTotals", "sumUp"];
        Assert.Equal(expected, found.Keys.Order(StringComparer.Ordinal));
        Assert.All(found.Values, kernel => Assert.Equal(0, kernel.Local));
        Assert.All(["sortKeys", "sortCount", "sortMove", "sortRanks"], name => Assert.Equal(0, found[name].Barriers));
    }

    /// <summary>What looks at neighbours keeps nothing in memory, and no thread waits for another.</summary>
    [ClangTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void StepsCompile(bool isDouble)
    {
        Dictionary<string, PtxKernel> found = PtxCompiler.Compile(GpuKernels.Prelude + GpuKernels.Neighbours, GpuSorting.Defines(isDouble));
        string[] expected = ["reduce", "stepChoose", "stepDistance", "stepFurther", "stepGather", "stepPool", "stepShare", "stepSum",
            "stepSumBack"];
        Assert.Equal(expected, found.Keys.Order(StringComparer.Ordinal));
        Assert.All(found.Values, kernel => Assert.Equal(0, kernel.Local));
        Assert.All(expected[1..], name => Assert.Equal(0, found[name].Barriers));
    }

    /// <summary>What resizes reads a logit eight times at most, keeps nothing in memory, and no thread waits for another.</summary>
    [ClangTheory]
    [InlineData(LogitElement.Single)]
    [InlineData(LogitElement.Double)]
    [InlineData(LogitElement.Half)]
    [InlineData(LogitElement.BFloat16)]
    public void ResizingCompiles(LogitElement element)
    {
        Dictionary<string, PtxKernel> found = PtxCompiler.Compile(GpuKernels.Prelude + GpuKernels.Resizing, GpuResizing.Defines(element));
        string[] expected = ["reduce", "resizeGather", "resizeGradient", "resizeLogits", "resizePoints"];
        Assert.Equal(expected, found.Keys.Order(StringComparer.Ordinal));
        Assert.All(found.Values, kernel => Assert.Equal(0, kernel.Local));
        Assert.All(expected[1..], name => Assert.Equal(0, found[name].Barriers));
        if (element != LogitElement.Single)
            return;

        // Logits, and a fraction for each axis. What gathers has one loop, which a compiler writes out four times.
        Assert.InRange(found["resizeLogits"].FloatLoads, 8 + 3, 2 * (8 + 3));
        Assert.Equal(1, found["resizeGradient"].FloatStores);
    }

    /// <summary>The matrix of pairs is made of tiles in registers and shared memory.</summary>
    [ClangTheory]
    [InlineData(LogitElement.Single)]
    [InlineData(LogitElement.Double)]
    [InlineData(LogitElement.Half)]
    [InlineData(LogitElement.BFloat16)]
    public void PairingCompiles(LogitElement element)
    {
        Dictionary<string, PtxKernel> found = PtxCompiler.Compile(GpuKernels.Prelude + GpuKernels.Pairing, GpuPairs.Defines(element));
        string[] expected = ["pairColumns", "pairColumnsBack", "pairProduct", "pairRows", "pairRowsBack", "pairSymmetric", "reduce"];
        Assert.Equal(expected, found.Keys.Order(StringComparer.Ordinal));
        Assert.All(found.Values, kernel => Assert.Equal(0, kernel.Local));
        if (element != LogitElement.Single)
            return;

        // Of two tiles of 64 x 16 a thread of 256 loads 4 numbers each, ahead of the loop and in it, and stores 16 of its own: twice where
        // they are mirrored.
        Assert.Equal(2 * (4 + 4), found["pairProduct"].FloatLoads);
        Assert.Equal(2 * (4 + 4 + 4), found["pairSymmetric"].FloatLoads);
        Assert.Equal(2 * 16, found["pairProduct"].FloatStores);
        Assert.Equal(16, found["pairSymmetric"].FloatStores);
        Assert.Equal(2, found["pairProduct"].Barriers);
        Assert.Equal(3, found["pairSymmetric"].Barriers);
    }

    /// <summary>A row of up to 8192 pairs lies in the registers of its block; a text serves all sides up to the next power of two.</summary>
    [ClangTheory]
    [MemberData(nameof(PairCases))]
    public void EachPairIsReadOnceAPass(string attributes, int side)
    {
        var loss = (IGpuLoss)Compiler.Create(Declaration(attributes));
        GpuKernels kernels = loss.Kernels(dense: true)!;
        KernelLayout layout = kernels.Layout;
        GpuBlock block = GpuBlock.ForPairs(side, hasClassSums: false);
        Assert.Equal(block, GpuBlock.ForPairs((side / 2) + 1, hasClassSums: false));
        Assert.InRange(side, 1, block.Groups * block.Held);
        List<string> defines = GpuDefines.Of(loss.Definition, layout, side, block, LogitElement.Single, TargetElement.Int64);
        Assert.DoesNotContain(defines, define => define.StartsWith("CLASSES", StringComparison.Ordinal));
        Dictionary<string, PtxKernel> found = PtxCompiler.Compile(GpuKernels.Prelude + kernels.Text, defines);
        bool isFused = layout.IsFusedOnDevices;
        Assert.Equal(isFused, found.ContainsKey("pass" + layout.Fused?.Id));
        foreach (PassLayout pass in layout.Passes.Append(isFused ? layout.Fused! : layout.Gradient))
        {
            PtxKernel kernel = found["pass" + pass.Id];
            output.WriteLine($"side {side}, held {block.Held}, pass {pass.Id}: {kernel}");
            Assert.Equal(0, kernel.Local);
            Assert.InRange(kernel.FloatLoads, block.Held, block.Held + pass.ScalarConstants);
            if (pass.WritesGradient)
                Assert.Equal(block.Held + pass.PixelSums, kernel.FloatStores);
        }
    }

    [ClangTheory]
    [MemberData(nameof(Cases))]
    public void EachLogitIsReadOnceAPass(string attributes, int classes)
    {
        var loss = (IGpuLoss)Compiler.Create(Declaration(attributes));
        foreach (bool dense in new[] { false, true })
        {
            if (loss.Kernels(dense) is not { } kernels)
                continue;
            KernelLayout layout = kernels.Layout;
            GpuBlock block = GpuBlock.For(classes, 512 * 512, 512 * 512);
            List<string> defines = GpuDefines.Of(loss.Definition, layout, classes, block, LogitElement.Single, dense ? TargetElement.Single
                : TargetElement.Int64);
            Dictionary<string, PtxKernel> found = PtxCompiler.Compile(GpuKernels.Prelude + kernels.Text, defines);
            int held = (classes + block.Groups - 1) / block.Groups;
            foreach (PassLayout pass in layout.Passes.Append(layout.Gradient).Where(pass => !pass.IsIdle))
            {
                PtxKernel kernel = found["pass" + pass.Id];
                output.WriteLine($"{(dense ? "dense" : "index")} C = {classes} {block.Pixels}x{block.Groups} pass {pass.Id}: {kernel}");
                Assert.Equal(0, kernel.Local);

                // A logit and a dense target for each class held, and what the scalar section left.
                int most = (held * ((dense ? 2 : 1) + pass.MapReads.Length + pass.Neighbours.Length))
                    + (pass.ClassConstants * held) + pass.ScalarConstants + loss.Definition.Inputs.Count;
                Assert.InRange(kernel.FloatLoads, attributes == Neighbours ? 0 : 1, most);
                Assert.InRange(kernel.LongLoads, 0, 1);
                if (pass == layout.Gradient)
                    Assert.Equal(held, kernel.FloatStores);
            }
        }
    }
}
