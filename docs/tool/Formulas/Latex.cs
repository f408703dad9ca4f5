using System.Text;
using System.Text.RegularExpressions;
using LossGen.Compiler.Graph;
using LossGen.Pages.Catalogue;

namespace LossGen.Pages.Formulas;

/// <summary>
/// Prints an expression as LaTeX in the field's notation: p, y, x, sums over pixels without an index, sums over classes with c. What is
/// long or used twice is defined below the formula, by the name that its author gave it.
/// </summary>
internal sealed partial class Latex
{
    // How tightly a text holds together.
    private const int Sum = 1;
    private const int Product = 2;
    private const int Function = 3;
    private const int Atom = 4;

    // From which size on an expression is defined apart: used twice, used often, used once.
    private const int SharedSize = 6;
    private const int OftenSize = 5;
    private const int LongSize = 32;
    private const int Often = 4;

    private readonly bool isInput;
    private readonly Dictionary<Expression, string> definitions = [];
    private readonly SortedSet<string> symbols = new(StringComparer.Ordinal);
    private readonly List<(int Order, string Text)> notes = [];

    // What quotients count as where their denominator is 0, by that denominator.
    private readonly Dictionary<string, string> defaults = [];

    private Latex(Expression value, bool isInput)
    {
        this.isInput = isInput;
        isOfPairs = value.Nodes().Any(node => node.Head is Expression.Similarity or Expression.Entry);
    }

    /// <summary>The formula of a term and what its reader has to know.</summary>
    /// <param name="value">The formula.</param>
    /// <param name="isInput">The prediction is the input itself, and shown as x.</param>
    public static (string Formula, IReadOnlyCollection<string> Symbols, IReadOnlyCollection<string> Notes) Of(Expression value,
        bool isInput)
    {
        var printer = new Latex(value, isInput);
        IReadOnlyList<Expression> named = printer.Define(value);
        var text = new StringBuilder();
        string left = LeftSide(value.Axes);
        if (named.Count == 0)
        {
            text.Append(left).Append(" = ").Append(printer.Text(value, 0));
        }
        else
        {
            text.Append("\\begin{aligned}\n").Append(left).Append(" &= ").Append(printer.Text(value, 0));
            foreach (Expression definition in named.Reverse())
                text.Append(" \\\\\n").Append(printer.definitions[definition]).Append(" &= ")
                    .Append(printer.Text(definition, 0, isRoot: true));
            text.Append("\n\\end{aligned}");
        }

        printer.NoteDefaults();
        return (text.ToString(), printer.symbols, [.. printer.notes.Distinct().OrderBy(note => note.Order).Select(note => note.Text)]);
    }

    /// <summary>The name of an option in a formula.</summary>
    public static string SymbolOf(string name)
    {
        Match match = NumberedName().Match(name);
        string word = match.Groups[1].Value, number = match.Groups[2].Value;
        string letter = word switch
        {
            "alpha" or "beta" or "gamma" or "delta" or "epsilon" or "lambda" or "theta" => "\\" + word,
            "smooth" => "s",
            "temperature" => "t",
            "classWeights" => "w_c",
            { Length: 1 } => word,
            _ => $"\\mathit{{{word}}}",
        };
        return number.Length > 0 ? $"{letter}_{{{number}}}" : letter;
    }

    /// <summary>A number as in a text: powers of ten and well-known constants.</summary>
    public static string NumberOf(double number)
    {
        foreach ((double constant, string name) in Constants)
        {
            if (Math.Abs(number - constant) < 1e-14 * constant)
                return name;
        }

        string text = Option.Number(number);
        int e = text.IndexOf('e', StringComparison.Ordinal);
        if (e < 0)
            return number == double.PositiveInfinity ? "\\infty" : text;
        string power = $"10^{{{text[(e + 1)..]}}}";
        return text[..e] == "1" ? power : $"{text[..e]} \\cdot {power}";
    }

    private static readonly (double, string)[] Constants =
    [
        (Math.PI, "\\pi"), (2 * Math.PI, "2\\pi"), (Math.PI / 2, "\\frac{\\pi}{2}"), (Math.PI / 4, "\\frac{\\pi}{4}"),
            (4 / (Math.PI * Math.PI), "\\frac{4}{\\pi^2}"), (Math.Log(2), "\\log 2"),
    ];

    private static string LeftSide(Axes axes) => (axes.Has(Axes.Pixel), axes.Has(Axes.Class)) switch
    {
        (true, true) => "\\ell_c",
        (true, false) => "\\ell",
        (false, true) => "L_c",
        _ => "L",
    };

    /// <summary>Chooses what is defined apart, inputs before users.</summary>
    private List<Expression> Define(Expression root)
    {
        List<Expression> nodes = [.. root.Nodes()];
        Dictionary<Expression, int> users = nodes.ToDictionary(node => node, _ => 0), sizes = [];
        foreach (Expression item in nodes.SelectMany(node => node.Items))
            users[item]++;
        var apart = new HashSet<Expression>();
        foreach (Expression node in nodes)
        {
            int size = sizes[node] = 1 + node.Items.Sum(item => apart.Contains(item) ? 1 : sizes[item]);
            bool isOften = users[node] >= Often && size >= OftenSize && node.Axes != Axes.None;
            if (node.Name is not null && !ReferenceEquals(node, root) && ((users[node] > 1 && size >= SharedSize) || isOften
                || size >= LongSize))
                apart.Add(node);
        }

        // What a user has that is itself printed twice is printed twice.
        Dictionary<Expression, int> printed = nodes.ToDictionary(node => node, node => ReferenceEquals(node, root) ? 1 : 0);
        foreach (Expression node in nodes.AsEnumerable().Reverse())
        {
            if (node.Name is not null && !ReferenceEquals(node, root) && printed[node] > 1 && sizes[node] >= SharedSize)
                apart.Add(node);
            foreach (Expression item in node.Items)
                printed[item] += apart.Contains(node) ? 1 : printed[node];
        }

        List<Expression> chosen = [.. nodes.Where(apart.Contains)];

        // The same name of several is numbered; p, x and y are taken.
        foreach (IGrouping<string, Expression> group in chosen.GroupBy(node => node.Name!))
        {
            string letter = group.Key is "p" or "x" or "y" ? $"\\hat{{{group.Key}}}" : group.Key.Length == 2 && group.Key.All(char.IsLetter)
                ? $"\\mathit{{{group.Key}}}" : SymbolOf(group.Key);
            foreach ((int i, Expression node) in group.Index())
                definitions[node] = group.Count() == 1 ? letter : letter.EndsWith("}}", StringComparison.Ordinal)
                    ? $"{letter}^{{({i + 1})}}" : $"{letter}_{{{i + 1}}}";
        }

        return chosen;
    }

    private string Text(Expression node, int level, bool isRoot = false)
    {
        if (!isRoot && definitions.TryGetValue(node, out string? name))
            return name;
        (string text, int own) = Print(node);
        return own < level ? $"\\left({text}\\right)" : text;
    }

    private (string Text, int Level) Print(Expression node)
    {
        if (isOfPairs && PrintOfPairs(node) is { } printed)
            return printed;
        string In(int i, int level = 0) => Text(node[i], level);
        switch (node.Head)
        {
            case Expression.Number:
                return (NumberOf(node.Value), node.Value < 0 ? Sum : Atom);
            case Expression.Symbol:
                symbols.Add(node.Text);
                return (SymbolOf(node.Text), Atom);
            case "logit":
                return ("x", Atom);
            case "probability":
                return (isInput ? "x" : "p", Atom);
            case "complement":
                return (isInput ? "1 - x" : "1 - p", Sum);
            case "log-probability":
                return (isInput ? "\\log x" : "\\log p", Function);
            case "target":
                return ("y", Atom);
            case "valid":
                return ("v", Atom);
            case "class-index":
                return ("c", Atom);
            case "class-count":
                return ("C", Atom);
            case "pixel-count":
                Note(5, "$`S_{\\mathrm{all}}`$ is the number of all pixels of the batch, ignored ones as well.");
                return ("S_{\\mathrm{all}}", Atom);
            case "add" or "int-add":
                return (In(0, Sum) + " + " + In(1, Sum), Sum);
            case "sub" or "int-sub":
                return (In(0, Sum) + " - " + In(1, Product), Sum);
            case "neg" when node[0].Is("Expm1"):
                return ($"1 - e^{{{Text(node[0][0], 0)}}}", Sum);
            case "neg":
                return ("-" + In(0, Product), Sum);
            case "mul" or "int-mul":
                return (Multiply(node[0], node[1]), Product);
            case "div":
                return ($"\\frac{{{In(0)}}}{{{In(1)}}}", Function);
            case "Divide":
                defaults.TryAdd(Text(node[1], 0), Option.Number(node[2].Value));
                return ($"\\frac{{{In(0)}}}{{{In(1)}}}", Function);
            case "Square":
                return (In(0, Atom) + "^2", Function);
            case "Pow":
                return ($"{In(0, Atom)}^{{{In(1)}}}", Function);
            case Expression.PositivePower when IsNeverNegative(node[0]):
                return ($"{In(0, Atom)}^{{{In(1)}}}", Function);
            case Expression.PositivePower:
                return ($"\\max\\left({In(0)},\\ 0\\right)^{{{In(1)}}}", Function);
            case "Where":
                return Choose(node);
            case "lt" or "le" or "gt" or "ge" or "eq" or "EqualTo" or "ne":
                return ($"{In(0, Sum)} {Relation(node.Head)} {In(1, Sum)}", 0);
            case "and" or "or":
                return ($"{In(0, Side(node[0]))} \\text{{ {node.Head} }} {In(1, Side(node[1]))}", 0);
            case "not":
                return ($"\\text{{not }}{In(0, Atom)}", 0);
            default:
                return Call(node);
        }
    }

    private (string Text, int Level) Call(Expression node)
    {
        string In(int i, int level = 0) => Text(node[i], level);
        switch (node.Head)
        {
            case "Abs":
                return ($"\\left\\lvert {In(0)} \\right\\rvert", Atom);
            case "Sqrt":
                return ($"\\sqrt{{{In(0)}}}", Atom);
            case "Exp":
                return ($"e^{{{In(0)}}}", Function);
            case "Expm1":
                return ($"e^{{{In(0)}}} - 1", Sum);
            case "Log":
                return ("\\log " + In(0, Function), Function);
            case "Log1p":
                return ($"\\log\\left(1 + {In(0, Sum)}\\right)", Function);
            case "Softplus":
                return ($"\\log\\left(1 + e^{{{In(0)}}}\\right)", Function);
            case "LogSigmoid":
                return ($"-\\log\\left(1 + e^{{{Text(Folding.Make("neg", [node[0]]), 0)}}}\\right)", Sum);
            case "Sigmoid":
                Note(2, "σ is the sigmoid.");
                return ($"\\sigma\\left({In(0)}\\right)", Atom);
            case "Sign":
                return ($"\\mathrm{{sign}}\\left({In(0)}\\right)", Atom);
            case "Tanh" or "Sinh" or "Cosh":
                return ($"\\{node.Head.ToLowerInvariant()}\\left({In(0)}\\right)", Atom);
            case "Atan":
                return ($"\\arctan {In(0, Function)}", Function);
            case "Erf":
                return ($"\\mathrm{{erf}}\\left({In(0)}\\right)", Atom);
            case "Lgamma":
                return ($"\\log\\Gamma\\left({In(0)}\\right)", Function);
            case "Digamma":
                return ($"\\psi\\left({In(0)}\\right)", Atom);
            case "Min" or "Max":
                return ($"\\{node.Head.ToLowerInvariant()}\\left({In(0)},\\ {In(1)}\\right)", Atom);
            case "Clamp":
                return ($"\\mathrm{{clamp}}\\left({In(0)},\\ {In(1)},\\ {In(2)}\\right)", Atom);
            case "Detach":
                Note(3, "sg marks what is a constant for the gradient.");
                return ($"\\mathrm{{sg}}\\left({In(0)}\\right)", Atom);
            case "RunningSum" or "RunningTotal":
                Note(4, "cumsum(v; k) adds up v over the pixels whose k is at least that of the pixel, which it includes.");
                return ($"\\mathrm{{cumsum}}\\left({In(0)};\\ {In(1)}\\right)", Atom);
            case "Channel":
                Note(0, "The index is that of the channel.");
                return ($"{In(0, Atom)}_{{{In(1)}}}", Atom);
            case "ShiftClasses":
                return ($"\\mathrm{{shift}}\\left({In(0)},\\ {In(1)},\\ {In(2)}\\right)", Atom);
            case "Shift" or "Window" or "BoxBlur" or "GaussianBlur" or "MaxPool" or "MinPool" or "MaxPoolAlong" or "MinPoolAlong" or "SoftErode" or "SoftSkeleton" or "Inside":
                // Beyond the edge there are zeros, unless the last operand says something else.
                bool hasBorder = node.Head is "Shift" or "Window" or "BoxBlur" or "GaussianBlur";
                List<string> operands = [.. Enumerable.Range(0, node.Items.Length - (hasBorder ? 1 : 0)).Select(i => In(i))];
                if (hasBorder && node.Items[^1].Value > 0)
                    operands.Add($"\\mathrm{{{((Border)(int)node.Items[^1].Value).ToString().ToLowerInvariant()}}}");
                if (node.Head is "Shift" or "Window" or "MaxPoolAlong" or "MinPoolAlong")
                    Note(5, "The second operand is the axis of the image, from 0.");
                return ($"\\mathrm{{{char.ToLowerInvariant(node.Head[0])}{node.Head[1..]}}}\\left({string.Join(",\\ ", operands)}\\right)",
                    Atom);
            case "DistanceTransform":
                Note(6, "d is the distance to the nearest pixel where the condition does not hold, 0 where there is none.");
                return ($"d\\left({In(0)}\\right)", Atom);
            case "numbers":
                return ($"\\left[{string.Join(",\\ ", Enumerable.Range(0, node.Items.Length).Select(i => In(i)))}\\right]", Atom);
            case "Transform":
                return ($"{In(0, Atom)}\\,{In(1, Product)}", Product);
            case "Largest":
                return ($"\\max {In(0, Atom)}", Function);
            case "Sum" or "Total" when !node[0].Axes.Has(Axes.Pixel):
                return Scale("S", node[0]);
            case "Sum" or "Total":
                return ("\\sum " + In(0, Product), Product);
            case "Mean" or "TotalMean":
                return ($"\\mathrm{{mean}}\\left({In(0)}\\right)", Atom);
            case "SumOverClasses" when !node[0].Axes.Has(Axes.Class):
                return Scale("C", node[0]);
            case "SumOverClasses":
                return ("\\sum_c " + In(0, Product), Product);
            case "MeanOverClasses":
                return ("\\frac{1}{C} \\sum_c " + In(0, Product), Product);
            case "MaxOverClasses":
                return ("\\max_c " + In(0, Function), Function);
            case "MaxOverPixels":
                Note(5, "max without an index is the largest of the pixels that a sum goes over.");
                return ("\\max " + In(0, Function), Function);
            case "SumOverBatch" when !node[0].Axes.Has(Axes.Batch):
                return Scale("N", node[0]);
            case "SumOverBatch":
                return ("\\sum_n " + In(0, Product), Product);
            case "MeanOverBatch":
                return ("\\frac{1}{N} \\sum_n " + In(0, Product), Product);
            default:
                throw new NotSupportedException($"The formula has {node.Head}, for which there is no LaTeX.");
        }
    }

    // A sum of what does not vary over its axis.
    private (string Text, int Level) Scale(string extent, Expression factor)
    {
        if (extent == "S")
            Note(5, "S is the number of pixels of the sum.");
        return factor.Is(1) ? (extent, Atom) : ($"{extent}\\,{Text(factor, Product)}", Product);
    }

    private string Multiply(Expression a, Expression b)
    {
        string left = Text(a, Product), right = Text(b, Product);
        if (!definitions.ContainsKey(a) && EndsInSum(a))
            left = $"\\left({left}\\right)";
        bool needsSign = char.IsAsciiDigit(right[0]) || right.StartsWith("10^", StringComparison.Ordinal);
        bool isWord = right.StartsWith("\\mathit", StringComparison.Ordinal);
        return left + (needsSign ? " \\cdot " : a.IsConstant && !isWord ? " " : "\\,") + right;
    }

    // What follows a sum would seem to belong to it.
    private bool EndsInSum(Expression node) =>
        !definitions.ContainsKey(node)
        && (node.Head is "Sum" or "Total" or "LogSumExpOverClasses" or "SumOverClasses" or "MeanOverClasses" or "SumOverBatch" or "MeanOverBatch" or "Transform" || (node.Is("mul") && EndsInSum(node[1])));

    private (string Text, int Level) Choose(Expression node)
    {
        (Expression condition, Expression then, Expression otherwise) = (node[0], node[1], node[2]);

        if (then.Is(1) && otherwise.Is(0))
            return ($"\\left[{Text(condition, 0)}\\right]", Atom);
        if (then.Is(0) && otherwise.Is(1) && Opposite(condition) is { } opposite)
            return ($"\\left[{Text(opposite, 0)}\\right]", Atom);
        string first = Text(then, 0), second = Text(otherwise, 0);
        return ($"\\begin{{cases}} {first} & \\text{{if }} {Text(condition, 0)} \\\\ {second} & \\text{{else}} \\end{{cases}}", Sum);
    }

    private static Expression? Opposite(Expression condition) => condition.Head is "EqualTo" or "eq" ? Folding.Make("ne", condition.Items)
        : null;

    private static bool IsNeverNegative(Expression node) => node.Head switch
    {
        "probability" or "complement" or "target" or "Abs" or "Square" or "Exp" or "Sqrt" or "Sigmoid" or "Softplus" => true,
        "Sum" or "Total" or "SumOverClasses" or "MeanOverClasses" or "Mean" => IsNeverNegative(node[0]),
        "sub" => node[0].Is(1) && node[1].Head is "probability" or "target",
        "add" or "mul" or "div" => IsNeverNegative(node[0]) && IsNeverNegative(node[1]),
        "Max" => IsNeverNegative(node[0]) || IsNeverNegative(node[1]),
        Expression.Number => node.Value >= 0,
        "Pow" or Expression.PositivePower => true,
        "Where" => IsNeverNegative(node[1]) && IsNeverNegative(node[2]),
        _ => false,
    };

    // Comparisons bind more tightly than the words between them.
    private static int Side(Expression condition) => condition.Head is "and" or "or" ? Sum : 0;

    private static string Relation(string head) => head switch
    {
        "lt" => "<",
        "le" => "\\le",
        "gt" => ">",
        "ge" => "\\ge",
        "ne" => "\\ne",
        _ => "=",
    };

    private void NoteDefaults()
    {
        if (defaults.Values.Distinct().Count() == 1)
            Note(1, $"A quotient whose denominator is 0 counts as {defaults.Values.First()}.");
        else
            foreach ((string denominator, string value) in defaults)
                Note(1, $"Where $`{denominator}`$ is 0 the quotient counts as {value}.");
    }

    private void Note(int order, string text) => notes.Add((order, text));

    [GeneratedRegex("^(.*?)([0-9]*)$")]
    private static partial Regex NumberedName();
}
