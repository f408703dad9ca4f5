using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using LossGen.Differential.Formulas;

namespace LossGen.Differential.Losses;

/// <summary>A parameter of a formula with its value.</summary>
internal enum ParameterKind
{
    /// <summary>Stated by the attribute, or the default of the formula in place: a constant.</summary>
    Constant,

    /// <summary>A property of the loss: known at run time.</summary>
    Property,

    /// <summary>Set by a parameter of the attribute's constructor, a primary one where that has no body: a constant.</summary>
    Constructor,

    /// <summary>Set in the body of the attribute's constructor, to another number than its initializer: a constant.</summary>
    Body,

    /// <summary>Computed by the attribute's property: a constant.</summary>
    Computed,
}

/// <summary>A formula: local variables, then the result.</summary>
internal sealed record Formula(
    ImmutableArray<Expression> Locals, Expression Result, ImmutableArray<(ParameterKind Kind, double Value)> Numbers,
        ImmutableArray<ImmutableArray<double>> PerClass)
{
    /// <summary>Inputs of the call: whether each has a number a class and pixel.</summary>
    public ImmutableArray<bool> Maps { get; init; } = [];

    public int Size => Result.Size + Locals.Sum(local => local.Size);
}

/// <summary>A term: an attribute with a formula, a formula in place, or an attribute of the catalogue.</summary>
internal sealed record Term
{
    public Formula? Formula { get; init; }

    /// <summary>A term of the catalogue in full, without the options below; null for a formula.</summary>
    public string? Catalogue { get; init; }

    /// <summary>The formula stands in the loss itself.</summary>
    public bool IsInPlace { get; init; }

    public double Weight { get; init; } = 1;

    /// <summary>A property of the loss holds the weight.</summary>
    public bool HasRunTimeWeight { get; init; }

    /// <summary>Options that name weight maps of the term, as the attribute states them.</summary>
    public string WeightMaps { get; init; } = "";

    public bool IncludeBackground { get; init; } = true;

    public ImmutableArray<int> OnlyClasses { get; init; } = [];

    public Activation? Activation { get; init; }
}

/// <summary>A declared loss: what a person would write.</summary>
internal sealed record LossText
{
    public Activation Activation { get; init; }

    public int Classes { get; init; }

    public int? IgnoreIndex { get; init; }

    /// <summary>More labels that are ignored.</summary>
    public ImmutableArray<int> OtherIgnored { get; init; } = [];

    public bool PerImage { get; init; }

    public Reduction Reduction { get; init; }

    public TargetKind Target { get; init; }

    public ClassAxis TargetClassAxis { get; init; }

    public bool DropLastTargetChannel { get; init; }

    public Resize Resize { get; init; }

    /// <summary>The axes of an image, of a loss that looks around a pixel; otherwise 0.</summary>
    public int Dimensions { get; init; }

    /// <summary>What of rows of embeddings is compared; logits and a target where nothing is.</summary>
    public Pairs Pairs { get; init; }

    /// <summary>Formulas may sort the pixels.</summary>
    public bool Sorts { get; init; }

    public ImmutableArray<Term> Terms { get; init; } = [];

    /// <summary>The loss with one more term.</summary>
    public LossText WithTerm(Term term) => this with { Terms = Terms.Add(term) };

    /// <summary>How large finite logits of its batches are.</summary>
    public double LogitBound { get; init; } = Words.ModestLogit;

    /// <summary>Some logits are -infinity: classes that are masked.</summary>
    public bool MasksClasses { get; init; }

    /// <summary>A declaration in full, instead of the options and terms; the options still say which batches suit it.</summary>
    public string? Verbatim { get; init; }

    /// <summary>A measure for "smaller".</summary>
    public int Size => ToString().Length + (100 * Terms.Sum(term => term.Formula?.Size ?? 3)) + (LogitBound > Words.ModestLogit ? 50 : 0)
        + (MasksClasses ? 50 : 0);

    /// <summary>The number of classes that per-class parameters ask for, or 0.</summary>
    public int NeededClasses => Terms.SelectMany(term => term.Formula?.PerClass ?? []).Select(numbers => numbers.Length).DefaultIfEmpty(0)
        .Max();

    /// <summary>A softmax takes two classes.</summary>
    public int FewestClasses => Terms
        .Select(term => Math.Max(term.OnlyClasses.DefaultIfEmpty(0).Max() + 1, term.IncludeBackground
        && term.Activation != Activation.Softmax ? 1 : 2))
        .Append(Activation == Activation.Softmax ? 2 : 1).Max();

    public FormulaContext ContextOf(Term term) => new(
        term.Activation ?? Activation, PerImage, IgnoreIndex is not null || Pairs != Pairs.None, Classes, LogitBound,
        [.. term.Formula?.Numbers.Select(number => number.Value) ?? []],
        [.. term.Formula?.PerClass.Select(numbers => new Interval(numbers.Min(), numbers.Max())) ?? []],
        term.Formula?.Maps ?? [],
        [])
    { Dimensions = Dimensions, Sorts = Sorts };

    /// <summary>Every formula stays in the domains of its words.</summary>
    public bool IsSound => Terms.Length > 0 && Terms.All(term => term.Formula is null || IsSoundFormula(term));

    public override string ToString() => Text(asReference: false);

    /// <summary>The declaration, with formulas as they are written or as the reference executes them.</summary>
    public string Text(bool asReference)
    {
        if (Verbatim is not null)
            return Verbatim;
        var text = new StringBuilder();
        for (int i = 0; i < Terms.Length; i++)
        {
            if (Terms[i] is { Formula: not null, IsInPlace: false })
                text.Append(AttributeClass(i, asReference));
        }

        text.Append(LossAttribute()).Append('\n');
        for (int i = 0; i < Terms.Length; i++)
        {
            if (!Terms[i].IsInPlace)
                text.Append(TermAttribute(i)).Append('\n');
        }

        text.Append("public sealed partial class Declared\n{\n");
        for (int i = 0; i < Terms.Length; i++)
        {
            if (Terms[i].HasRunTimeWeight)
                text.Append($"    public double {TermName(i)}Weight {{ get; set; }} = {Word.Literal(Terms[i].Weight)};\n");
            if (Terms[i].Formula is not { } formula)
                continue;
            for (int k = 0; k < formula.Numbers.Length; k++)
            {
                if (formula.Numbers[k].Kind == ParameterKind.Property)
                    text.Append($"    public double {Upper(Name("k", i, k))} {{ get; set; }} = {Word.Literal(formula.Numbers[k].Value)};\n");
            }

            if (Terms[i].IsInPlace)
                text.Append(Method(i, "private", asReference));
        }

        return text.Append("}\n").ToString();
    }

    private static string Name(string kind, int term, int index) => string.Create(CultureInfo.InvariantCulture, $"{kind}{term}n{index}");

    private static string Upper(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private bool IsSoundFormula(Term term)
    {
        FormulaContext context = ContextOf(term);
        foreach (Expression local in term.Formula!.Locals)
        {
            if (context.Analyse(local) is not { IsCondition: false } facts)
                return false;
            context = context with { Locals = context.Locals.Add(facts) };
        }

        return context.Analyse(term.Formula.Result) is { IsCondition: false };
    }

    private string LossAttribute()
    {
        var arguments = new List<string> { Pairs == Pairs.None ? $"Activation.{Activation}" : $"Pairs = Pairs.{Pairs}" };
        if (Classes > 0)
            arguments.Add($"Classes = {Classes}");
        if (IgnoreIndex is int ignored)
            arguments.Add(string.Create(CultureInfo.InvariantCulture, $"IgnoreIndex = {ignored}"));
        if (!OtherIgnored.IsEmpty)
            arguments.Add($"IgnoreIndices = new[] {{ {string.Join(", ", OtherIgnored)} }}");
        if (PerImage)
            arguments.Add("PerImage = true");
        if (Reduction != Reduction.Mean)
            arguments.Add($"Reduction = Reduction.{Reduction}");
        if (Target != TargetKind.Any)
            arguments.Add($"Target = TargetKind.{Target}");
        if (TargetClassAxis != ClassAxis.Second)
            arguments.Add($"TargetClassAxis = ClassAxis.{TargetClassAxis}");
        if (DropLastTargetChannel)
            arguments.Add("DropLastTargetChannel = true");
        if (Resize != Resize.None)
            arguments.Add($"Resize = Resize.{Resize}");
        if (Dimensions > 0)
            arguments.Add($"Dimensions = {Dimensions}");
        return $"[Loss({string.Join(", ", arguments)})]";
    }

    private string TermAttribute(int i)
    {
        Term term = Terms[i];
        var arguments = new List<string>();
        string name = TermName(i);
        if (term.Formula is { } own)
            arguments.AddRange(own.Numbers.Where(number => number.Kind == ParameterKind.Constructor)
                .Select(number => Word.Literal(number.Value)));
        if (term.Catalogue is { } catalogue && catalogue.IndexOf('(', StringComparison.Ordinal) is var options and >= 0)
            arguments.Add(catalogue[(options + 1)..^1]);
        if (term.WeightMaps.Length > 0)
            arguments.Add(term.WeightMaps);
        if (term.Weight != 1 && !term.HasRunTimeWeight)
            arguments.Add($"Weight = {Word.Literal(term.Weight)}");
        if (!term.IncludeBackground)
            arguments.Add("IncludeBackground = false");
        if (term.OnlyClasses.Length > 0)
            arguments.Add($"OnlyClasses = new[] {{ {string.Join(", ", term.OnlyClasses)} }}");
        if (term.Activation is { } activation)
            arguments.Add($"Activation = Activation.{activation}");
        for (int k = 0; k < (term.Formula?.PerClass.Length ?? 0); k++)
            arguments.Add($"{Upper(Name("w", i, k))} = new double[] {{ {string.Join(", ", term.Formula!.PerClass[k].Select(Word.Literal))} }}");
        for (int k = 0; k < (term.Formula?.Numbers.Length ?? 0); k++)
        {
            if (term.Formula!.Numbers[k].Kind == ParameterKind.Constant)
                arguments.Add($"{Upper(Name("k", i, k))} = {Word.Literal(term.Formula.Numbers[k].Value)}");
        }

        return arguments.Count == 0 ? $"[{name}]" : $"[{name}({string.Join(", ", arguments)})]";
    }

    private string TermName(int i) => Terms[i] switch
    {
        { IsInPlace: true } => "Formula",
        { Catalogue: { } catalogue } => catalogue.IndexOf('(', StringComparison.Ordinal) is var options and >= 0 ? catalogue[..options]
            : catalogue,
        _ => $"T{i}",
    };

    private string AttributeClass(int i, bool asReference)
    {
        Formula formula = Terms[i].Formula!;
        (string Name, ParameterKind Kind, double Value)[] numbers =
            [.. formula.Numbers.Select((number, k) => (Name("k", i, k), number.Kind, number.Value))];
        string parameters = string.Join(", ", numbers.Where(number => number.Kind == ParameterKind.Constructor)
            .Select(number => $"double {number.Name}"));

        // A primary constructor has no body: where there is one, it sets all.
        bool hasBody = numbers.Any(number => number.Kind == ParameterKind.Body);
        var text = new StringBuilder($"public sealed partial class T{i}Attribute{(parameters.Length > 0 && !hasBody ? $"({parameters})" : "")} : LossTermAttribute\n{{\n");
        foreach ((string name, ParameterKind kind, double value) in numbers)
        {
            text.Append(kind switch
            {
                ParameterKind.Constructor when !hasBody => $"    public double {Upper(name)} {{ get; init; }} = {name};\n",
                ParameterKind.Computed => $"    public double {Upper(name)} => 1 - {Word.Literal(1 - value)};\n",
                _ => $"    public double {Upper(name)} {{ get; init; }} = 0.5;\n",
            });
        }

        if (hasBody)
        {
            text.Append($"    public T{i}Attribute({parameters})\n    {{\n");
            foreach ((string name, ParameterKind kind, double value) in numbers.Where(number =>
                number.Kind is ParameterKind.Body or ParameterKind.Constructor))
                text.Append($"        {Upper(name)} = {(kind == ParameterKind.Body ? Word.Literal(value) : name)};\n");
            text.Append("    }\n");
        }

        for (int k = 0; k < formula.PerClass.Length; k++)
            text.Append($"    public double[]? {Upper(Name("w", i, k))} {{ get; init; }}\n");
        return text.Append(Method(i, "public", asReference)).Append("}\n\n").ToString();
    }

    private string Method(int i, string access, bool asReference)
    {
        Formula formula = Terms[i].Formula!;
        bool HasDefault(int k) => Terms[i].IsInPlace && formula.Numbers[k].Kind == ParameterKind.Constant;
        IEnumerable<string> numbers = Enumerable.Range(0, formula.Numbers.Length).OrderBy(HasDefault)
            .Select(k => $"double {Name("k", i, k)}{(HasDefault(k) ? " = " + Word.Literal(formula.Numbers[k].Value) : "")}");
        IEnumerable<string> parameters =
        [
            "Prediction x", "Target y", .. formula.Maps.Select((isElement, k) =>
                $"{(isElement ? "ElementMap" : "PixelMap")} {Name("m", i, k)}"),
            .. numbers, .. formula.PerClass.Select((_, k) => $"Value {Name("w", i, k)}"),
        ];
        var text = new StringBuilder($"    {access} static Value Formula({string.Join(", ", parameters)})\n    {{\n");
        for (int k = 0; k < formula.Locals.Length; k++)
            text.Append($"        Value a{k} = {Body(i, formula.Locals[k], asReference)};\n");
        return text.Append($"        return {Body(i, formula.Result, asReference)};\n    }}\n").ToString();
    }

    // Parameters are k0, w1, m0 in the formula, and have names of their own in the loss.
    private static string Body(int term, Expression expression, bool asReference) => expression.Replace(node =>
        node.Word == Words.Parameter ? new Expression(node.Word with { Pattern = Name("k", term, (int)node.Number) }, [])
        : node.Word == Words.PerClass ? new Expression(node.Word with { Pattern = Name("w", term, (int)node.Number) }, [])
        : node.Word == Words.Map ? new Expression(node.Word with { Pattern = Name("m", term, (int)node.Number) }, []) : null)
        .Text(asReference);
}
