using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Formula;

/// <summary>The functions and operators that a formula can use, by their names in the formula text.</summary>
internal static class Language
{
    /// <summary>Takes the number of a class.</summary>
    public const string Channel = "Channel";

    /// <summary>Takes the name of a matrix.</summary>
    public const string Transform = "Transform";

    /// <summary>A matrix of numbers: only the first argument of <see cref="Transform"/>.</summary>
    public const string Matrix = "matrix";

    /// <summary>Takes a whole number that is known.</summary>
    public const string ShiftClasses = "ShiftClasses";

    /// <summary>Takes a list of numbers.</summary>
    public const string Window = "Window";

    /// <summary>A list of numbers that are known: only the weights of <see cref="Window"/>.</summary>
    public const string Numbers = "numbers";

    /// <summary>The largest number of a matrix.</summary>
    public const string Largest = "Largest";

    private delegate Node Meaning(FormulaScope scope, Node[] arguments);

    private delegate FormulaValue Neighbourhood(FormulaScope scope, FormulaValue[] arguments);

    private delegate FormulaValue Reduction(FormulaScope scope, FormulaValue value);

    // What is computed for each point: the result has the axes of all arguments.
    private static readonly Dictionary<string, (int Arity, Meaning Meaning)> Table = WithPlainFunctions(new(StringComparer.Ordinal)
    {
        // Leaves.
        ["logit"] = (0, (s, a) => s.Graph.Logit),
        ["probability"] = (0, (s, a) => s.Probability),
        ["log-probability"] = (0, (s, a) => s.LogProbability),
        ["complement"] = (0, (s, a) => s.Complement),
        ["target"] = (0, (s, a) => s.Target),
        ["valid"] = (0, (s, a) => s.Graph.Mask(s.Valid, s.Graph.One)),
        ["class-index"] = (0, (s, a) => s.Graph.ClassIndex),
        ["class-count"] = (0, (s, a) => s.ClassCount),
        ["pixel-count"] = (0, (s, a) => s.PixelCount),

        // Operators.
        ["add"] = (2, (s, a) => s.Graph.Add(a[0], a[1])),
        ["sub"] = (2, (s, a) => s.Graph.Subtract(a[0], a[1])),
        ["mul"] = (2, (s, a) => s.Graph.Multiply(a[0], a[1])),
        ["div"] = (2, (s, a) => s.Graph.Divide(a[0], a[1])),
        ["neg"] = (1, (s, a) => s.Graph.Negate(a[0])),
        ["int-add"] = (2, (s, a) => s.Integer(a, (p, q) => p + q)),
        ["int-sub"] = (2, (s, a) => s.Integer(a, (p, q) => p - q)),
        ["int-mul"] = (2, (s, a) => s.Integer(a, (p, q) => p * q)),
        ["int-neg"] = (1, (s, a) => s.Integer(a, (p, _) => -p)),
        ["lt"] = (2, (s, a) => s.Graph.Less(a[0], a[1])),
        ["le"] = (2, (s, a) => s.Graph.LessOrEqual(a[0], a[1])),
        ["gt"] = (2, (s, a) => s.Graph.Less(a[1], a[0])),
        ["ge"] = (2, (s, a) => s.Graph.LessOrEqual(a[1], a[0])),
        ["eq"] = (2, (s, a) => s.Graph.Equal(a[0], a[1])),
        ["ne"] = (2, (s, a) => s.Graph.Not(s.Graph.Equal(a[0], a[1]))),
        ["and"] = (2, (s, a) => s.Graph.And(a[0], a[1])),
        ["or"] = (2, (s, a) => s.Graph.Or(a[0], a[1])),
        ["not"] = (1, (s, a) => s.Graph.Not(a[0])),
        ["bit-and"] = (2, (s, a) => s.Graph.Constant(Whole(a[0]) & Whole(a[1]))),
        ["bit-or"] = (2, (s, a) => s.Graph.Constant(Whole(a[0]) | Whole(a[1]))),
        ["if"] = (3, (s, a) => s.Graph.Where(a[0], a[1], a[2])),
        ["is-nan"] = (1, (s, a) => s.Graph.Not(s.Graph.Equal(a[0], a[0]))),

        // Functions, by their names in C#. Those that need nothing but their row are not listed here.
        ["Abs"] = (1, (s, a) => s.Graph.Abs(a[0])),
        ["Min"] = (2, (s, a) => s.Graph.Minimum(a[0], a[1])),
        ["Max"] = (2, (s, a) => s.Graph.Maximum(a[0], a[1])),
        ["Clamp"] = (3, (s, a) => s.Graph.Clamp(a[0], a[1], a[2])),
        ["Where"] = (3, (s, a) => s.Graph.Where(a[0], a[1], a[2])),
        ["RunningSum"] = (2, (s, a) => s.RunningSum(a[0], a[1], s.PixelAxes)),
        ["RunningTotal"] = (2, (s, a) => s.RunningSum(a[0], a[1], Axes.Batch | Axes.Pixel)),
        ["EqualTo"] = (2, (s, a) => s.Graph.Equal(a[0], a[1])),
        ["Exp"] = (1, (s, a) => s.Graph.WrittenExp(a[0])),
        ["Log"] = (1, (s, a) => s.Graph.Log(a[0])),
        ["Log1p"] = (1, (s, a) => s.Graph.Log1p(a[0])),
        ["Expm1"] = (1, (s, a) => s.Graph.Expm1(a[0])),
        ["Sqrt"] = (1, (s, a) => s.Graph.Sqrt(a[0])),
        ["Square"] = (1, (s, a) => s.Graph.Multiply(a[0], a[0])),
        ["Pow"] = (2, (s, a) => s.Graph.Power(a[0], a[1])),
        ["LogSigmoid"] = (1, (s, a) => s.Graph.Negate(s.Graph.Softplus(s.Graph.Negate(a[0])))),
        ["Detach"] = (1, (s, a) => s.Graph.Detach(a[0])),
        ["Divide"] = (3, (s, a) => s.DivideOr(a[0], a[1], a[2])),
    });

    // What is read around a pixel.
    private static readonly Dictionary<string, (int Arity, Neighbourhood Meaning)> Neighbourhoods = new(StringComparer.Ordinal)
    {
        ["Shift"] = (4, (s, a) => s.Shift(a[0], a[1].Node, a[2].Node, a[3].Node)),
        ["BoxBlur"] = (3, (s, a) => s.BoxBlur(a[0], a[1].Node, a[2].Node)),
        ["GaussianBlur"] = (4, (s, a) => s.GaussianBlur(a[0], a[1].Node, a[2].Node, a[3].Node)),
        ["MaxPool"] = (2, (s, a) => s.Pool(a[0], a[1].Node, isMinimum: false)),
        ["MinPool"] = (2, (s, a) => s.Pool(a[0], a[1].Node, isMinimum: true)),
        ["MaxPoolAlong"] = (3, (s, a) => s.PoolAlong(a[0], a[1].Node, a[2].Node, isMinimum: false)),
        ["MinPoolAlong"] = (3, (s, a) => s.PoolAlong(a[0], a[1].Node, a[2].Node, isMinimum: true)),
        ["SoftErode"] = (1, (s, a) => s.SoftErode(a[0])),
        ["SoftSkeleton"] = (2, (s, a) => s.SoftSkeleton(a[0], a[1].Node)),
        ["DistanceTransform"] = (4, (s, a) => s.DistanceTransform(a[0], [a[1].Node, a[2].Node, a[3].Node])),
        ["Inside"] = (1, (s, a) => s.Inside(a[0].Node)),
    };

    private static readonly Dictionary<string, Axes> LeafAxes = new(StringComparer.Ordinal)
    {
        ["logit"] = Axes.All,
        ["probability"] = Axes.All,
        ["log-probability"] = Axes.All,
        ["complement"] = Axes.All,
        ["target"] = Axes.All,
        ["class-index"] = Axes.Class,
    };

    private static readonly Dictionary<string, Reduction> Reductions = new(StringComparer.Ordinal)
    {
        ["Sum"] = (s, a) => s.SumOverPixels(a, s.PixelAxes),
        ["Mean"] = (s, a) => s.MeanOverPixels(a, s.PixelAxes),
        ["Total"] = (s, a) => s.SumOverPixels(a, Axes.Batch | Axes.Pixel),
        ["TotalMean"] = (s, a) => s.MeanOverPixels(a, Axes.Batch | Axes.Pixel),
        ["MaxOverPixels"] = (s, a) => s.MaxOverPixels(a, s.PixelAxes),
        ["LogSumExpOverPixels"] = (s, a) => s.LogSumExpOverPixels(a, s.PixelAxes),
        ["SoftmaxOverPixels"] = (s, a) => s.SoftmaxOverPixels(a, s.PixelAxes),
        ["LogSoftmaxOverPixels"] = (s, a) => s.LogSoftmaxOverPixels(a, s.PixelAxes),
        ["SumOverClasses"] = (s, a) => s.SumOverClasses(a),
        ["MeanOverClasses"] = (s, a) => s.MeanOverClasses(a),
        ["MaxOverClasses"] = (s, a) => s.MaxOverClasses(a),
        ["LogSumExpOverClasses"] = (s, a) => s.LogSumExpOverClasses(a),
        ["SoftmaxOverClasses"] = (s, a) => s.SoftmaxOverClasses(a),
        ["LogSoftmaxOverClasses"] = (s, a) => s.LogSoftmaxOverClasses(a),
        ["SumOverBatch"] = (s, a) => s.SumOverBatch(a),
        ["MeanOverBatch"] = (s, a) => s.MeanOverBatch(a),
    };

    // Flags of an enumeration: known before the call, as every enumeration is.
    private static int Whole(Node node) => node is { IsConstant: true, Number: >= int.MinValue and <= int.MaxValue }
        && node.Number == Math.Floor(node.Number)
        ? (int)node.Number
        : throw new FormulaTextException("'&' and '|' of integers need numbers that are known at compile time");

    private static Dictionary<string, (int Arity, Meaning Meaning)> WithPlainFunctions(Dictionary<string,
        (int Arity, Meaning Meaning)> table)
    {
        foreach (Operation row in Operations.All.Where(row => row.IsPlain))
            table.Add(row.Function!, (row.Inputs, (s, a) => s.Graph.Elementwise(row.Op, a)));
        return table;
    }

    /// <summary>The names, for the test that every public function has a meaning.</summary>
    public static IEnumerable<string> Names => Table.Keys.Concat(Reductions.Keys).Concat(Neighbourhoods.Keys)
        .Concat([Channel, Transform, ShiftClasses, Window, Largest]);

    public static bool Knows(string name) => Names.Contains(name);

    /// <summary>An operation asks for a class by its number, or for the order or the neighbours of pixels.</summary>
    public static bool AsksForPlaces(string name) => name is Channel or ShiftClasses or Window or "RunningSum" or "RunningTotal"
        || Neighbourhoods.ContainsKey(name);

    /// <summary>How many operands an operation takes; throws <see cref="FormulaTextException"/> where there is none of the name.</summary>
    public static int OperandsOf(string name) =>
        Table.TryGetValue(name, out (int Arity, Meaning Meaning) row) ? row.Arity
        : Reductions.ContainsKey(name) ? 1
        : Neighbourhoods.TryGetValue(name, out (int Arity, Neighbourhood Meaning) around) ? around.Arity
        : name == Window ? 4
        : name is Channel or Transform ? 2
        : name == Largest ? 1
        : name == ShiftClasses ? 3
        : throw new FormulaTextException($"'{name}' is not an operation");

    public static FormulaValue Apply(string name, FormulaScope scope, FormulaValue[] arguments)
    {
        if (Neighbourhoods.TryGetValue(name, out (int Arity, Neighbourhood Meaning) around) && around.Arity == arguments.Length)
            return around.Meaning(scope, arguments);
        (int Arity, Meaning? Meaning) row = (1, null);
        if (!Reductions.TryGetValue(name, out Reduction? reduction) && !Table.TryGetValue(name, out row!))
            throw new FormulaTextException($"'{name}' is not an operation");
        if (row.Arity != arguments.Length)
            throw new FormulaTextException($"'{name}' takes {row.Arity} arguments, not {arguments.Length}");
        if (reduction is not null)
            return reduction(scope, arguments[0]);

        Node node = row.Meaning!(scope, Array.ConvertAll(arguments, argument => argument.Node));
        LeafAxes.TryGetValue(name, out Axes axes);
        return new(node, arguments.Aggregate(axes | node.Axes, (union, argument) => union | argument.Axes));
    }
}
