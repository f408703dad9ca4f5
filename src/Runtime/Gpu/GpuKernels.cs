using System.ComponentModel;
using System.Reflection;
using LossGen.Kernels;

namespace LossGen.Gpu;

/// <summary>The kernels of a loss for one kind of target, as text. Made by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GpuKernels
{
    private static readonly Lazy<string> s_prelude = new(static () => Read("LossGen.Gpu.prelude.cl"));

    private static readonly Lazy<string> s_neighbours = new(static () => Read("LossGen.Gpu.neighbours.cl"));

    private static readonly Lazy<string> s_pairing = new(static () => Read("LossGen.Gpu.pairs.cl"));

    private static readonly Lazy<string> s_resizing = new(static () => Read("LossGen.Gpu.resize.cl"));

    private static readonly Lazy<string> s_sorting = new(static () => Read("LossGen.Gpu.sort.cl"));

    /// <summary>The kernels.</summary>
    /// <param name="layout">The passes, which kernels for GPUs share with those for the CPU.</param>
    /// <param name="ValueStages">Each k for which there is <c>scalarsK</c>, the scalar section before pass k for the value.</param>
    /// <param name="GradientStages">Each k for which there is <c>slopesK</c>, the same for value and gradient.</param>
    /// <param name="text">C behind the prelude.</param>
    /// <param name="HasComponents">There is <c>components</c>; otherwise the value is the only one.</param>
    public GpuKernels(KernelLayout layout, int[] ValueStages, int[] GradientStages, string text, bool HasComponents = false)
    {
        this.HasComponents = HasComponents;
        Layout = layout;
        this.ValueStages = [.. ValueStages];
        this.GradientStages = [.. GradientStages];
        Text = text;
    }

    internal KernelLayout Layout { get; }

    internal string Text { get; }

    internal HashSet<int> ValueStages { get; }

    internal HashSet<int> GradientStages { get; }

    internal bool HasComponents { get; }

    /// <summary>What all kernels begin with.</summary>
    internal static string Prelude => s_prelude.Value;

    /// <summary>The kernels of steps over whole images, behind the prelude.</summary>
    internal static string Neighbours => s_neighbours.Value;

    /// <summary>The kernels that make a matrix of pairs and take its gradient back, behind the prelude.</summary>
    internal static string Pairing => s_pairing.Value;

    /// <summary>The kernels that resize logits, behind the prelude.</summary>
    internal static string Resizing => s_resizing.Value;

    /// <summary>The kernels that sort, behind the prelude.</summary>
    internal static string Sorting => s_sorting.Value;

    private static string Read(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
