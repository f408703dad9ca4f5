namespace LossGen.Golden;

/// <summary>A case in LossGen's terms: the declaration that is the peer's loss, and the data as it takes them.</summary>
/// <param name="Declaration">The text of the declaration.</param>
/// <param name="Feed">The data.</param>
/// <param name="Elements">How the peer's unreduced values lie in ours; null for a loss that reduces.</param>
internal sealed record Mapping(string Declaration, Feed Feed, ElementLayout? Elements = null)
{
    private static readonly Dictionary<string, Func<Case, Mapping>> Mappers = new()
    {
        ["seed-doc"] = SeedMapper.Map,
        ["monai"] = MonaiMapper.Map,
        ["monai-tests"] = MonaiMapper.Map,
        ["smp"] = SmpMapper.Map,
        ["torch.nn"] = TorchMapper.Map,
        ["nnunet"] = NnUNetMapper.Map,
        ["pytorch-toolbelt"] = ToolbeltMapper.Map,
        ["kornia"] = KorniaMapper.Map,
        ["torchvision"] = TorchVisionMapper.Map,
        ["hover_net"] = SpatialMapper.Map,
        ["surface-loss"] = SpatialMapper.Map,
    };

    /// <exception cref="NotSupportedException">No mapper knows the loss, or one of its options.</exception>
    public static Mapping Of(Case c)
    {
        if (!Mappers.TryGetValue(c.Library, out Func<Case, Mapping>? map))
            throw new NotSupportedException($"{c.Id}: nothing maps the library {c.Library}.");
        Mapping mapping = SpatialMapper.Knows(c.Loss) ? SpatialMapper.Map(c) : map(c);
        c.Options.CheckAllKnown();
        return mapping;
    }

    public static NotSupportedException Unknown(Case c) => new($"{c.Id}: nothing maps the loss {c.Loss}.");
}

/// <summary>The data of a case for a loss: logits (N, C, spatial) and either labels (N, spatial) or a dense target.</summary>
internal sealed record Feed(LossShape Shape, CaseTensor Logits, CaseTensor Target, bool HasLabels)
{
    /// <summary>Labels, whether or not the peer keeps a channel axis of 1.</summary>
    public static Feed Labels(Case c, int shift = 0)
    {
        CaseTensor input = Input(c);
        var labels = new CaseTensor([input.Shape[0], .. input.Shape[2..]], Array.ConvertAll(c.Target!.Data, label => label + shift));
        return new Feed(Extents(input), input, labels, HasLabels: true);
    }

    /// <summary>A target with a number for every logit.</summary>
    public static Feed Dense(Case c)
    {
        CaseTensor input = Input(c);
        return new(Extents(input), input, c.Target! with { Shape = input.Shape }, HasLabels: false);
    }

    /// <summary>All numbers as pixels of a single class.</summary>
    public static Feed Flat(Case c)
    {
        int images = c.Input.Shape[0], pixels = c.Input.Count / images;
        int[] shape = [images, 1, pixels];
        return new Feed(new LossShape(images, 1, pixels), c.Input with { Shape = shape }, c.Target! with { Shape = shape },
            HasLabels: false);
    }

    /// <summary>What the loss takes besides logits and target, in its order: one number a pixel, or one a class and pixel.</summary>
    public double[][] Inputs { get; init; } = [];

    /// <summary>The same for a call.</summary>
    public LossInputs Maps() =>
        new(Inputs.ElementAtOrDefault(0), Inputs.ElementAtOrDefault(1), Inputs.ElementAtOrDefault(2), Inputs.ElementAtOrDefault(3));

    /// <summary>The same in float.</summary>
    public LossInputs SingleMaps()
    {
        float[][] maps = [.. Inputs.Select(map => Array.ConvertAll(map, number => (float)number))];
        return new(maps.ElementAtOrDefault(0), maps.ElementAtOrDefault(1), maps.ElementAtOrDefault(2), maps.ElementAtOrDefault(3));
    }

    /// <summary>A tensor that the peer broadcasts over the input, axes aligned from the right, in full.</summary>
    public static double[] Broadcast(CaseTensor tensor, int[] shape)
    {
        var result = new double[shape.Aggregate(1, (product, extent) => product * extent)];
        for (int i = 0; i < result.Length; i++)
        {
            int offset = 0, step = 1, rest = i;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                (rest, int position) = Math.DivRem(rest, shape[axis]);
                int own = axis - (shape.Length - tensor.Shape.Length);
                if (own < 0)
                    continue;
                offset += tensor.Shape[own] == 1 ? 0 : position * step;
                step *= tensor.Shape[own];
            }

            result[i] = tensor.Data[offset];
        }

        return result;
    }

    public long[] LabelArray() => Array.ConvertAll(Target.Data, label => (long)label);

    // A vector of N numbers is N images of one class.
    private static CaseTensor Input(Case c) => c.Input.Shape.Length == 1 ? c.Input with { Shape = [c.Input.Shape[0], 1] } : c.Input;

    /// <summary>Images with a target of the same shape.</summary>
    public static Feed OfImages(CaseTensor input, CaseTensor target) => new(Extents(input), input, target, HasLabels: false);

    /// <summary>The same with logits that are resized to a target of another size.</summary>
    public Feed AtTarget(int[] spatial)
    {
        int[] from = Logits.Shape[2..];
        LossShape shape = Extents(Logits with { Shape = [.. Logits.Shape[..2], .. spatial] });
        return this with
        {
            Shape = from.Length switch
            {
                1 => shape.WithLogits(from[0]),
                2 => shape.WithLogits(from[0], from[1]),
                _ => shape.WithLogits(from[0], from[1], from[2]),
            },
            Target = Target with { Shape = HasLabels ? [Logits.Shape[0], .. spatial] : [.. Logits.Shape[..2], .. spatial] },
        };
    }

    private static LossShape Extents(CaseTensor input) => input.Shape.Length switch
    {
        4 => new(input.Shape[0], input.Shape[1], input.Shape[2], input.Shape[3]),
        5 => new(input.Shape[0], input.Shape[1], input.Shape[2], input.Shape[3], input.Shape[4]),
        _ => new(input.Shape[0], input.Shape[1], input.Shape[2..].Aggregate(1, (product, extent) => product * extent)),
    };
}

/// <summary>Peers that leave a class out return no numbers for it; LossGen returns 0.</summary>
/// <param name="Shape">The shape of the peer's values.</param>
/// <param name="ClassAxis">Where classes lie in it, or -1 if nowhere.</param>
/// <param name="Classes">The classes of which the peer returns numbers.</param>
internal sealed record ElementLayout(int[] Shape, int ClassAxis, int[] Classes)
{
    /// <summary>Of the elements those that the peer returns, where it leaves some out; null for all.</summary>
    public int[]? Kept { get; init; }

    /// <summary>The peer adds up so many images, which are not in its shape; otherwise 1.</summary>
    public int Images { get; init; } = 1;

    /// <summary>How many elements LossGen returns for so many classes.</summary>
    public int Count(int classCount) => Images * Outer * (ClassAxis < 0 ? 1 : classCount) * Inner;

    private int Outer => Product(Shape[..Math.Max(ClassAxis, 0)]);

    private int Inner => Product(Shape[(ClassAxis + 1)..]);

    /// <summary>Of LossGen's elements those that the peer returns, in its order.</summary>
    /// <exception cref="InvalidOperationException">There are not as many elements as there should be.</exception>
    public double[] Select(double[] elements, int classCount)
    {
        int outer = Images * Outer, inner = Inner, every = ClassAxis < 0 ? 1 : classCount;
        int[] classes = ClassAxis < 0 ? [0] : Classes;
        if (elements.Length != Count(classCount))
            throw new InvalidOperationException($"There are {elements.Length} elements; {outer} x {every} x {inner} were expected.");

        var selected = new double[outer * classes.Length * inner];
        for (int o = 0; o < outer; o++)
            for (int k = 0; k < classes.Length; k++)
                Array.Copy(elements, ((o * every) + classes[k]) * inner, selected, ((o * classes.Length) + k) * inner, inner);
        if (Images > 1)
            selected = [.. Enumerable.Range(0, selected.Length / Images).Select(i => Enumerable.Range(0, Images)
                .Sum(n => selected[(n * (selected.Length / Images)) + i]))];
        return Kept is null ? selected : [.. Kept.Select(i => selected[i])];
    }

    /// <summary>
    /// 1 for LossGen's elements that the peer returns, else 0: what the gradient of the sum of the peer's values comes from.
    /// </summary>
    public double[] Upstream(int classCount)
    {
        int inner = Inner, every = ClassAxis < 0 ? 1 : classCount;
        return [.. Enumerable.Range(0, Count(classCount)).Select(i => ClassAxis < 0 || Classes.Contains(i / inner % every) ? 1.0 : 0)];
    }

    private static int Product(int[] extents) => extents.Aggregate(1, (product, extent) => product * extent);
}
