using System.Globalization;

namespace LossGen.Golden;

/// <summary>
/// Losses that look at neighbours: MONAI, kornia and HoVer-Net. What of a peer is not in the catalogue (windows that differ by axis, fields
/// scaled by their extents, cropped maps) is a formula of the case's own.
/// </summary>
internal static class SpatialMapper
{
    public static bool Knows(string loss) => loss is "SSIMLoss" or "SoftclDiceLoss" or "SoftDiceclDiceLoss" or "LocalNormalizedCrossCorrelationLoss" or "BendingEnergyLoss" or "DiffusionLoss"
        or "ssim_loss" or "ssim3d_loss" or "total_variation" or "spatial_gradient_difference" or "spatial_gradient3d_difference" or "sobel_difference" or "inverse_depth_smoothness_loss"
        or "msge_loss" or "HausdorffERLoss" or "HausdorffERLoss3D" or "MS_SSIMLoss" or "HausdorffDTLoss" or "LogHausdorffDTLoss" or "SurfaceLoss";

    public static Mapping Map(Case c) => c.Loss switch
    {
        "SSIMLoss" => MonaiSsim(c),
        "SoftclDiceLoss" or "SoftDiceclDiceLoss" => ClDice(c),
        "LocalNormalizedCrossCorrelationLoss" => Correlation(c),
        "BendingEnergyLoss" or "DiffusionLoss" => Field(c),
        "ssim_loss" or "ssim3d_loss" => KorniaSsim(c),
        "total_variation" => TotalVariation(c),
        "spatial_gradient_difference" or "spatial_gradient3d_difference" => GradientDifference(c),
        "sobel_difference" => SobelDifference(c),
        "inverse_depth_smoothness_loss" => DepthSmoothness(c),
        "msge_loss" => Msge(c),
        "HausdorffERLoss" or "HausdorffERLoss3D" => HausdorffErosion(c),
        "MS_SSIMLoss" => MultiScaleSsim(c),
        "HausdorffDTLoss" or "LogHausdorffDTLoss" => HausdorffDistance(c),
        "SurfaceLoss" => Surface(c),
        _ => throw Mapping.Unknown(c),
    };

    private static Mapping MonaiSsim(Case c)
    {
        Reduction reduction = Reduced(c, "mean");
        int dimensions = c.Options.Integer("spatial_dims") ?? c.Input.Shape.Length - 2;
        bool isBox = c.Options.Text("kernel_type", "gaussian") == "uniform";
        double[] sizes = PerAxis(c.Options.Numbers("win_size") ?? [11], dimensions), sigmas = PerAxis(c.Options.Numbers("kernel_sigma")
            ?? [1.5], dimensions);
        Declaration declaration = Declare(c, reduction, Activation.None);
        declaration.Loss.With("PerImage", true);
        double range = c.Options.Number("data_range", 1), k1 = c.Options.Number("k1", 0.01), k2 = c.Options.Number("k2", 0.03);
        if (sizes.Distinct().Count() == 1 && sigmas.Distinct().Count() == 1 && sizes[0] % 2 == 1)
        {
            AttributeText term = declaration.Term("Ssim").With("Size", (int)sizes[0]).With("Sigma", sigmas[0]).With("Range", range)
                .With("K1", k1).With("K2", k2);
            if (isBox)
                term.With("Window", ImageWindow.Box);
        }
        else
        {
            string c1 = Number(Math.Pow(k1 * range, 2)), c2 = Number(Math.Pow(k2 * range, 2));
            double[][] weights = [.. sizes.Select((size, axis) => isBox ? Box((int)size, 1 / size) : Gaussian((int)size, sigmas[axis], 1))];
            double[][] ones = [.. weights.Select(taps => taps.Select(tap => tap == 0 ? 0.0 : 1).ToArray())];
            double all = sizes.Aggregate(1.0, (product, size) => product * size);
            Formula(declaration, $$"""
                {
                    Value p = x.Probability, mx = Blur(p), my = Blur(y);
                    Value vx = Blur(p * p) - mx * mx, vy = Blur(y * y) - my * my, vxy = Blur(p * y) - mx * my;
                    Value similarity = (2 * mx * my + {{c1}}) * (2 * vxy + {{c2}}) / ((mx * mx + my * my + {{c1}}) * (vx + vy + {{c2}}));
                    Condition inside = {{Windows("1", ones)}} > {{Number(all - 0.5)}};
                    return Sum(Where(inside, 1 - similarity, 0)) / Sum(Where(inside, 1, 0));
                }

                private static Value Blur(Value v) => {{Windows("v", weights)}};
                """);
        }

        return new(declaration.ToString(), Feed.Dense(c), reduction == Reduction.None ? new(c.ValueShape, -1, []) : null);
    }

    private static Mapping KorniaSsim(Case c)
    {
        bool isVolume = c.Loss == "ssim3d_loss", isCropped = c.Options.Text("padding", "same") == "valid";
        Reduction reduction = Reduced(c, "mean");
        int size = c.Options.Integer("window_size")!.Value;
        Declaration declaration = Declare(c, reduction, Activation.None);
        AttributeText term = declaration.Term("Ssim").With("Size", size).With("Range", c.Options.Number("max_val", 1)).With("Halve",
            !isVolume).With("Map", reduction != Reduction.Mean)
            .With("Epsilon", c.Options.Number("eps", 1e-12));
        term.With("Border", isCropped ? ImageBorder.Valid : isVolume ? ImageBorder.Replicate : ImageBorder.Reflect);
        ElementLayout? layout = reduction != Reduction.None ? null
            : isCropped ? Cropped(c, size / 2)
            : new(c.ValueShape, -1, []);
        return new(declaration.ToString(), Feed.Dense(c), layout);
    }

    private static Mapping ClDice(Case c)
    {
        Activation activation = ActivationOf(c);
        bool hasDice = c.Loss == "SoftDiceclDiceLoss";
        double smooth = c.Options.Number("smooth", 1), share = hasDice ? c.Options.Number("alpha", 0.5) : 1;
        Declaration declaration = Declare(c, Reduction.Mean, activation);
        declaration.Loss.With("PerImage", false);
        declaration.Term("SoftClDice").With("Iterations", c.Options.Integer("iter_") ?? 3).With("Smooth", smooth).With("Weight", share)
            .Without("IncludeBackground");
        if (hasDice && share != 1)
            declaration.Term("Dice").With("Smooth", smooth).With("PoolClasses", true).With("Weight", 1 - share)
                .Without("IncludeBackground");

        return new(declaration.ToString(), Feed.Dense(c));
    }

    private static Mapping Correlation(Case c)
    {
        Reduction reduction = Reduced(c, "mean");
        int dimensions = c.Input.Shape.Length - 2, size = c.Options.Integer("kernel_size") ?? 3;
        c.Options.Integer("spatial_dims");
        string kind = c.Options.Text("kernel_type", "rectangular");
        bool isCentred = c.Options.Text("@kernel") == "centred";
        double nr = c.Options.Number("smooth_nr", 0), dr = c.Options.Number("smooth_dr", 1e-5);
        Declaration declaration = Declare(c, reduction, ActivationOf(c));
        if (kind == "rectangular")
        {
            declaration.Term("LocalNormalizedCrossCorrelation").With("Size", size).With("SmoothNumerator", nr).With("SmoothDenominator",
                dr);
        }
        else
        {
            double[] taps = kind == "triangular" ? Triangle(size) : isCentred ? Gaussian(size, size / 3.0, null) : OffCentre(size);
            double[][] weights = [.. Enumerable.Repeat(taps, dimensions)];
            string volume = Number(Math.Pow(taps.Sum(), dimensions));
            Formula(declaration, $$"""
                {
                    Value p = x.Probability, a = Blur(y), b = Blur(p);
                    Value cross = Blur(p * y) - a * b / {{volume}};
                    Value tv = Max(Blur(y * y) - a * a / {{volume}}, {{Number(dr)}}), pv = Max(Blur(p * p) - b * b / {{volume}}, {{Number(dr)}});
                    return -(cross * cross + {{Number(nr)}}) / (tv * pv);
                }

                private static Value Blur(Value v) => {{Windows("v", weights)}};
                """);
        }

        return new(declaration.ToString(), Feed.Dense(c), reduction == Reduction.None ? new(c.ValueShape, -1, []) : null);
    }

    // Displacement fields, which may be scaled by the extents of the image.
    private static Mapping Field(Case c)
    {
        Reduction reduction = Reduced(c, "mean");
        bool isBending = c.Loss == "BendingEnergyLoss", isScaled = c.Options.Flag("normalize");
        int dimensions = c.Input.Shape.Length - 2, reach = isBending ? 2 : 1;
        double[] extents = [.. c.Input.Shape.Skip(2).Select(extent => (double)extent)];
        Declaration declaration = Declare(c, reduction, Activation.None);
        if (!isScaled && reduction == Reduction.Mean)
        {
            declaration.Term(isBending ? "BendingEnergy" : "Diffusion");
        }
        else
        {
            string Slope(string v, int axis) => $"Window({v}, {axis}, [-0.5, 0, 0.5])";
            string Channels(Func<int, double> scale) =>
                string.Join(" + ", Enumerable.Range(0, dimensions)
                .Select(k => $"Where(EqualTo(x.ClassIndex, {k}), {Number(scale(k))}, 0)"));
            var terms = new List<string>();
            for (int a = 0; a < dimensions; a++)
            {
                if (!isBending)
                {
                    int axis = a;
                    terms.Add($"Square({Slope("x.Probability", a)} * ({(isScaled ? Channels(k => extents[axis] / extents[k]) : "1")}))");
                    continue;
                }

                for (int b = a; b < dimensions; b++)
                {
                    (int first, int second) = (a, b);
                    string scale = isScaled ? Channels(k => extents[first] / extents[k] * extents[second]) : "1";
                    terms.Add($"{(a == b ? "" : "2 * ")}Square({Slope(Slope("x.Probability", a), b)} * ({scale}))");
                }
            }

            string map = $"Where(Inside({(2 * reach) + 1}), {string.Join(" + ", terms)}, 0)";
            Formula(declaration, reduction == Reduction.Mean ? $"=> Sum({map}) / Sum(Where(Inside({(2 * reach) + 1}), 1, 0));"
                : $"=> {map};");
        }

        Feed feed = WithoutTarget(c, c.Input);
        return new(declaration.ToString(), feed, reduction == Reduction.None ? Cropped(c, reach) : null);
    }

    private static Mapping TotalVariation(Case c)
    {
        // One number for each image and channel, whatever axes lead.
        Declaration declaration = Declare(c, Reduction.None, ActivationOf(c), dimensions: 2);
        declaration.Loss.With("PerImage", true);
        declaration.Term("TotalVariation").With("Total", c.Options.Text("reduction", "sum") == "sum");
        int[] shape = c.Input.Shape;
        CaseTensor input = shape.Length == 4 ? c.Input
            : c.Input with { Shape = [shape[..^2].Aggregate(1, (product, extent) => product * extent), 1, shape[^2], shape[^1]] };
        return new(declaration.ToString(), WithoutTarget(c, input), new([c.ValueShape.Aggregate(1, (product, extent) => product * extent)],
            -1, []));
    }

    private static Mapping GradientDifference(Case c)
    {
        double p = c.Options.Number("@p", 1);
        int order = c.Options.Integer("order") ?? 1, dimensions = c.Input.Shape.Length - 2;
        bool isDifference = dimensions == 3 || c.Options.Text("mode", "sobel") == "diff", isScaled = dimensions == 2
            && c.Options.Flag("normalized", absent: true);
        Declaration declaration = Declare(c, Reduction.Mean, ActivationOf(c));
        if (order == 1 && (isScaled || dimensions == 3))
        {
            declaration.Term("ImageGradient").With("Exponent", p).With("Plain", isDifference);
            return new(declaration.ToString(), Feed.Dense(c));
        }

        List<double[][]> windows = order == 1 ? First(isDifference) : Second(isDifference, dimensions);
        IEnumerable<string> sizes = windows.Select(window =>
        {
            double sum = isScaled ? window.Aggregate(1.0, (product, taps) => product * taps.Sum(Math.Abs)) : 1;
            return $"Size({Windows("d", window, "Border.Replicate")} / {Number(sum)})";
        });
        Formula(declaration, $$"""
            { Value d = x.Probability - y; return ({{string.Join(" + ", sizes)}}) / {{windows.Count}}; }
            private static Value Size(Value v) => {{(p == 1 ? "Abs(v)" : "v * v")}};
            """);
        return new(declaration.ToString(), Feed.Dense(c));
    }

    private static Mapping SobelDifference(Case c)
    {
        double p = c.Options.Number("@p", 1);
        bool isScaled = c.Options.Flag("normalized", absent: true);
        string epsilon = Number(c.Options.Number("eps", 1e-6));
        Declaration declaration = Declare(c, Reduction.Mean, ActivationOf(c));
        IEnumerable<string> squares = First(isDifference: false)
            .Select(window => $"Square({Windows("v", window, "Border.Replicate")}{(isScaled ? " / 8" : "")})");
        Formula(declaration, $$"""
            { Value d = Size(x.Probability) - Size(y); return {{(p == 1 ? "Abs(d)" : "d * d")}}; }
            private static Value Size(Value v) => Sqrt({{string.Join(" + ", squares)}} + {{epsilon}});
            """);
        return new(declaration.ToString(), Feed.Dense(c));
    }

    private static Mapping DepthSmoothness(Case c)
    {
        // The image's channels are maps; only their differences count.
        CaseTensor image = c.Extra["image"];
        int channels = image.Shape[1], plane = image.Shape[2] * image.Shape[3], images = image.Shape[0];
        double[][] maps = [.. Enumerable.Range(0, channels).Select(k => Enumerable.Range(0, images)
            .SelectMany(n => image.Data.Skip(((n * channels) + k) * plane).Take(plane)).ToArray())];
        Declaration declaration = Declare(c, Reduction.Sum, Activation.None);
        declaration.Loss.With("PerImage", false);
        string parameters = string.Concat(Enumerable.Range(0, channels).Select(k => $", PixelMap image{k}"));
        string Along(int axis)
        {
            string differences = string.Join(" + ", Enumerable.Range(0, channels)
                .Select(k => $"Abs(Shift(image{k}, {axis}, 1) - image{k})"));
            return $"Sum(Shift(1, {axis}, 1) * Abs(Shift(x.Probability, {axis}, 1) - x.Probability) * Exp(-({differences}) / {channels})) / (x.ClassCount * Sum(Shift(1, {axis}, 1)))";
        }

        declaration.Type($"public sealed partial class SpatialAttribute : LossTermAttribute {{ public static Value Formula(Prediction x, Target y{parameters}) => {Along(0)} + {Along(1)}; }}");
        declaration.Term("Spatial");
        return new(declaration.ToString(), WithoutTarget(c, c.Input) with { Inputs = maps });
    }

    private static Mapping Msge(Case c)
    {
        Declaration declaration = Declare(c, Reduction.Sum, Activation.None);
        string Correlated(bool isRow) => string.Join(" + ", from row in Enumerable.Range(-2, 5)
                                                            from column in Enumerable.Range(-2, 5)
                                                            let weight = (isRow ? row : column) / ((row * row) + (column * column) + 1e-15)
                                                            where weight != 0
                                                            select $"{Number(weight)} * Shift(Shift(d, 0, {row}), 1, {column})");
        declaration.Type($$"""
            public sealed partial class SpatialAttribute : LossTermAttribute
            {
                public static Value Formula(Prediction x, Target y, PixelMap focus)
                {
                    Value d = x.Probability - y, row = {{Correlated(true)}}, column = {{Correlated(false)}};
                    return Sum(focus * (Square(Channel(row, 0)) + Square(Channel(column, 1)))) / (2 * Sum(focus) + 1e-8);
                }
            }
            """);
        declaration.Term("Spatial");
        return new(declaration.ToString(), Feed.Dense(c) with { Inputs = [c.Extra["focus"].Data] });
    }

    private static Mapping HausdorffErosion(Case c)
    {
        Reduction reduction = Reduced(c, "mean");
        Declaration declaration = Declare(c, reduction, ActivationOf(c));
        declaration.Loss.With("PerImage", true);
        declaration.Term("HausdorffErosion").With("Alpha", c.Options.Number("alpha", 2)).With("Iterations", c.Options.Integer("k") ?? 10);

        // The peer compares with each class, also where there is one.
        int classes = c.Input.Shape[1], pixels = c.Target!.Count / c.Input.Shape[0];
        double[] target = [.. Enumerable.Range(0, c.Input.Count)
            .Select(i => c.Target.Data[(i / (pixels * classes) * pixels) + (i % pixels)] == i / pixels % classes ? 1.0 : 0)];
        return new(declaration.ToString(), Feed.OfImages(c.Input, c.Input with { Data = target }), reduction == Reduction.None
            ? new(c.ValueShape, -1, []) : null);
    }

    // The peer's filters, each scale three times in a row, are dealt out to the channels; the contrasts of all filters are multiplied, and
    // the luminances of the last three.
    private static Mapping MultiScaleSsim(Case c)
    {
        Reduction reduction = Reduced(c, "mean");
        double[] sigmas = c.Options.Numbers("sigmas") ?? [0.5, 1, 2, 4, 8], k = c.Options.Numbers("K") ?? [0.01, 0.03];
        double range = c.Options.Number("data_range", 1), alpha = c.Options.Number("alpha", 0.025), compensation =
            c.Options.Number("compensation", 200);
        int channels = c.Input.Shape[1], filters = 3 * sigmas.Length, size = (int)((4 * sigmas[^1]) + 1);
        (int Channel, int Scale)[] dealt = [.. Enumerable.Range(0, filters).Select(f => (f / (filters / channels), f / 3))];
        string Product(string function, IEnumerable<(int Channel, int Scale)> of) =>
            string.Join(" * ", of.GroupBy(filter => filter)
                .Select(same => string.Join(" * ", Enumerable.Repeat($"Channel({function}{same.Key.Scale}, {same.Key.Channel})",
                same.Count()))));
        string Blurred(string value, int scale)
        {
            if (size % 2 == 1)
                return $"GaussianBlur({value}, {size}, {Number(sigmas[scale])})";
            double[] taps = [.. Enumerable.Range(0, size).Select(t => t - (size / 2))
                .Select(t => Math.Exp(-t * t / (2 * sigmas[scale] * sigmas[scale])))];
            double[] weights = Odd([.. taps.Select(tap => tap / taps.Sum())]);
            return Windows(value, [weights, weights]);
        }

        IEnumerable<string> scales = dealt.Select(filter => filter.Scale).Distinct().Select(s => $"""
                Value mx{s} = {Blurred("p", s)}, my{s} = {Blurred("y", s)};
                Value luminance{s} = (2 * mx{s} * my{s} + c1) / (mx{s} * mx{s} + my{s} * my{s} + c1);
                Value contrast{s} = (2 * ({Blurred("p * y", s)} - mx{s} * my{s}) + c2) / ({Blurred("p * p", s)} - mx{s} * mx{s} + {Blurred("y * y", s)} - my{s} * my{s} + c2);
            """);
        IEnumerable<string> differences = dealt[^channels..]
            .Select((filter, channel) => $"Channel({Blurred("Abs(p - y)", filter.Scale)}, {channel})");
        Declaration declaration = Declare(c, reduction, Activation.None);
        declaration.Loss.With("Classes", channels);

        // A window of even size leaves a map without the first row and column.
        string loss = size % 2 == 1 ? "return loss;" : "Condition kept = (Shift(1, 0, -1) > 0.5) & (Shift(1, 1, -1) > 0.5); return Sum(Where(kept, loss, 0)) / Sum(Where(kept, 1, 0));";
        Formula(declaration, $$"""
            {
                Value p = x.Probability, c1 = {{Number(Math.Pow(k[0] * range, 2))}}, c2 = {{Number(Math.Pow(k[1] * range, 2))}};
            {{string.Join("\n", scales)}}
                Value similarity = {{Product("luminance", dealt[^3..])}} * {{Product("contrast", dealt)}};
                Value difference = ({{string.Join(" + ", differences)}}) / {{Number(channels)}};
                Value loss = {{Number(compensation)}} * ({{Number(alpha)}} * (1 - similarity) + {{Number((1 - alpha) / range)}} * difference);
                {{loss}}
            }
            """);
        return new(declaration.ToString(), Feed.Dense(c), reduction == Reduction.None ? new(c.ValueShape, -1, []) : null);
    }

    private static Mapping HausdorffDistance(Case c)
    {
        bool isLog = c.Loss == "LogHausdorffDTLoss", isBatch = c.Options.Flag("batch"), hasLabels = c.Options.Flag("to_onehot_y")
            && c.Classes > 1;
        bool dropsBackground = !c.Options.Flag("include_background") && c.Classes > 1;
        double alpha = c.Options.Number("alpha", 2);
        Reduction reduction = Reduced(c, "mean");
        Activation activation = c.Options.Flag("sigmoid") ? Activation.Sigmoid : c.Options.Flag("softmax") ? Activation.Softmax
            : Activation.None;
        Declaration declaration = Declare(c, reduction, activation, target: hasLabels ? TargetKind.Index : TargetKind.Dense);
        if (reduction == Reduction.Mean && !isLog)
        {
            AttributeText own = declaration.Term("HausdorffDistance").With("Alpha", alpha);
            if (dropsBackground)
                own.Without("IncludeBackground");
            return new(declaration.ToString(), Feed(), null);
        }

        // The peer's means go over the pixels, or over those of the batch; what is made of the classes and images follows.
        declaration.Loss.With("PerImage", !isBatch);
        int images = isBatch ? 1 : c.Input.Shape[0], count = images * (c.Classes - (dropsBackground ? 1 : 0));
        string mean = isBatch ? "TotalMean(v)" : "Mean(v)", all = "SumOverClasses(TotalMean(v))";
        string value = reduction switch
        {
            Reduction.None => mean,
            Reduction.Sum => $"{images} * {all}",
            _ => $"{images} * {all} / {count}",
        };
        declaration.Type($$"""
            public sealed partial class SpatialAttribute : LossTermAttribute
            {
                public static Value Formula(Prediction x, Target y)
                {
                    Value v = Square(x.Probability - y) * (Pow(Field(x.Probability > 0.5), {{Number(alpha)}}) + Pow(Field(y > 0.5), {{Number(alpha)}}));
                    return {{(isLog ? $"Log1p({value})" : value)}};
                }

                private static Value Field(Condition condition) => DistanceTransform(condition) + DistanceTransform(!condition);
            }
            """);
        AttributeText term = declaration.Term("Spatial");
        if (dropsBackground)
            term.Without("IncludeBackground");
        int first = dropsBackground ? 1 : 0;
        return new(declaration.ToString(), Feed(), reduction == Reduction.None
            ? new(c.ValueShape, 1, [.. Enumerable.Range(first, c.Classes - first)]) : null);

        Feed Feed() => hasLabels ? Golden.Feed.Labels(c) : Golden.Feed.Dense(c);
    }

    private static Mapping Surface(Case c)
    {
        double[] spacing = c.Options.Numbers("resolution") ?? [], classes = c.Options.Numbers("idc")!;
        bool isGiven = c.Options.Text("@dist_dtype") is not null;
        Declaration declaration = Declare(c, Reduction.Mean, ActivationOf(c), target: TargetKind.Index);

        // What the peer's data loader truncates is passed as it is.
        AttributeText term = declaration.Term(isGiven ? "Boundary" : "LabelBoundary").With("OnlyClasses", classes.Select(c => (int)c)
            .ToArray());
        string[] names = ["SliceSpacing", "RowSpacing", "ColumnSpacing"];
        for (int k = 0; k < spacing.Length && !isGiven; k++)
            term.With(names[names.Length - spacing.Length + k], spacing[k]);
        return new(declaration.ToString(), isGiven ? Feed.Labels(c) with { Inputs = [c.Extra["dist"].Data] } : Feed.Labels(c));
    }

    private static Declaration Declare(Case c, Reduction reduction, Activation activation, int? dimensions = null, TargetKind target =
        TargetKind.Dense)
    {
        var declaration = new Declaration(activation);
        declaration.Loss.With("Target", target).With("Reduction", reduction).With("Dimensions", dimensions ?? c.Input.Shape.Length - 2);
        return declaration;
    }

    private static void Formula(Declaration declaration, string body)
    {
        declaration.Type($"public sealed partial class SpatialAttribute : LossTermAttribute {{ public static Value Formula(Prediction x, Target y) {body} }}");
        declaration.Term("Spatial");
    }

    private static Reduction Reduced(Case c, string absent) => c.Options.Text("reduction", absent) switch
    {
        "mean" => Reduction.Mean,
        "sum" => Reduction.Sum,
        _ => Reduction.None,
    };

    private static Activation ActivationOf(Case c) => c.Options.Text("@act") switch
    {
        "softmax" => Activation.Softmax,
        "sigmoid" => Activation.Sigmoid,
        _ => Activation.None,
    };

    private static Feed WithoutTarget(Case c, CaseTensor input) => Feed.OfImages(input, input with { Data = new double[input.Count] });

    // The peer drops so many pixels at each edge.
    private static ElementLayout Cropped(Case c, int reach)
    {
        int[] spatial = c.Input.Shape[2..];
        int leading = c.Input.Shape[0] * c.Input.Shape[1], pixels = spatial.Aggregate(1, (product, extent) => product * extent);
        var kept = new List<int>();
        for (int i = 0; i < leading * pixels; i++)
        {
            int rest = i % pixels;
            bool isInside = true;
            for (int axis = spatial.Length - 1; axis >= 0; axis--)
            {
                (rest, int place) = Math.DivRem(rest, spatial[axis]);
                isInside &= place >= reach && place < spatial[axis] - reach;
            }

            if (isInside)
                kept.Add(i);
        }

        return new([leading * pixels], -1, []) { Kept = [.. kept] };
    }

    private static double[] PerAxis(double[] values, int dimensions) => values.Length == 1 ? [.. Enumerable.Repeat(values[0], dimensions)]
        : values;

    private static double[] Box(int size, double weight) => Odd([.. Enumerable.Repeat(weight, size)]);

    // Normalised to a sum, or as they are.
    private static double[] Gaussian(int size, double sigma, double? sum)
    {
        double[] taps = [.. Enumerable.Range(0, size).Select(k => k - ((size - 1) / 2.0))
            .Select(t => Math.Exp(-t * t / (2 * sigma * sigma)))];
        double all = sum is { } wanted ? taps.Sum() / wanted : 1;
        return Odd([.. taps.Select(tap => tap / all)]);
    }

    // An even window has its middle between two pixels: one more that counts nothing.
    private static double[] Odd(double[] taps) => taps.Length % 2 == 1 ? taps : [.. taps, 0];

    private static double[] Triangle(int size)
    {
        int half = (size + 1) / 2;
        half -= half % 2 == 0 ? 1 : 0;
        double[] taps = new double[size];
        int start = (size - ((2 * half) - 1)) / 2;
        for (int i = 0; i < half; i++)
        {
            for (int j = 0; j < half; j++)
                taps[start + i + j] += 1.0 / half;
        }

        return taps;
    }

    // MONAI's, whose first taps are kept of a longer window.
    private static double[] OffCentre(int size)
    {
        double sigma = size / 3.0;
        int tail = (int)((sigma * (size / 2)) + 0.5);
        return [.. Enumerable.Range(0, size).Select(k => (double)(k - tail)).Select(t => Math.Exp(-t * t / (2 * sigma * sigma)))];
    }

    private static List<double[][]> First(bool isDifference) => isDifference
        ? [[[1], [-1, 0, 1]], [[-1, 0, 1], [1]]]
        : [[[1, 2, 1], [-1, 0, 1]], [[-1, 0, 1], [1, 2, 1]]];

    private static List<double[][]> Second(bool isDifference, int dimensions)
    {
        if (dimensions == 3)
        {
            List<double[][]> found = [];
            for (int axis = 2; axis >= 0; axis--)
                found.Add([.. Enumerable.Range(0, 3).Select(k => k == axis ? [1, -2, 1] : new double[] { 1 })]);
            foreach ((int a, int b) in ((int, int)[])[(1, 2), (0, 1), (0, 2)])
                found.Add([.. Enumerable.Range(0, 3).Select(k => k == a || k == b ? [-1, 0, 1] : new double[] { 1 })]);
            return found;
        }

        double[] w = [-1, -2, 0, 2, 1];
        return isDifference
            ? [[[1], [1, -2, 1]], [[-1, 0, 1], [-1, 0, 1]], [[1, -2, 1], [1]]]
            : [[[1, 4, 6, 4, 1], [-1, 0, 2, 0, -1]], [w, w], [[-1, 0, 2, 0, -1], [1, 4, 6, 4, 1]]];
    }

    // One window after the other along the axes.
    private static string Windows(string value, double[][] weights, string border = "Border.Zero")
    {
        for (int axis = 0; axis < weights.Length; axis++)
        {
            if (weights[axis] is not [1])
                value = $"Window({value}, {axis}, [{string.Join(", ", weights[axis].Select(Number))}], {border})";
        }

        return value;
    }

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture) is var text
        && text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : number.ToString("R", CultureInfo.InvariantCulture);
}
