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
}

/// <summary>A formula: local variables, then the result.</summary>
internal sealed record Formula(
    ImmutableArray<Expression> Locals, Expression Result, ImmutableArray<(ParameterKind Kind, double Value)> Numbers, ImmutableArray<ImmutableArray<double>> PerClass)
{
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

    public bool PerImage { get; init; }

    public Reduction Reduction { get; init; }

    public TargetKind Target { get; init; }

    public ClassAxis TargetClassAxis { get; init; }

    public bool DropLastTargetChannel { get; init; }

    public Resize Resize { get; init; }

    public ImmutableArray<Term> Terms { get; init; } = [];

    /// <summary>A declaration in full, instead of the options and terms; the options still say which batches suit it.</summary>
    public string? Verbatim { get; init; }

    /// <summary>A measure for "smaller".</summary>
    public int Size => ToString().Length + (100 * Terms.Sum(term => term.Formula?.Size ?? 3));

    /// <summary>The number of classes that per-class parameters ask for, or 0.</summary>
    public int NeededClasses => Terms.SelectMany(term => term.Formula?.PerClass ?? []).Select(numbers => numbers.Length).DefaultIfEmpty(0).Max();

    public int FewestClasses => Terms
        .Select(term => Math.Max(term.OnlyClasses.DefaultIfEmpty(0).Max() + 1, term.IncludeBackground ? 1 : 2)).DefaultIfEmpty(1).Max();

    public FormulaContext ContextOf(Term term) => new(
        term.Activation ?? Activation, PerImage, IgnoreIndex is not null,
        [.. term.Formula?.Numbers.Select(number => number.Value) ?? []],
        [.. term.Formula?.PerClass.Select(numbers => new Interval(numbers.Min(), numbers.Max())) ?? []],
        []);

    /// <summary>Every formula stays in the domains of its words.</summary>
    public bool IsSound => Terms.Length > 0 && Terms.All(term => term.Formula is null || IsSoundFormula(term));

    public override string ToString()
    {
        if (Verbatim is not null)
            return Verbatim;
        var text = new StringBuilder();
        for (int i = 0; i < Terms.Length; i++)
        {
            if (Terms[i] is { Formula: not null, IsInPlace: false })
                text.Append(AttributeClass(i));
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
            if (Terms[i].Formula is not { } formula)
                continue;
            for (int k = 0; k < formula.Numbers.Length; k++)
            {
                if (formula.Numbers[k].Kind == ParameterKind.Property)
                    text.Append($"    public double {Upper(Name("k", i, k))} {{ get; set; }} = {Word.Literal(formula.Numbers[k].Value)};\n");
            }

            if (Terms[i].IsInPlace)
                text.Append(Method(i, "private"));
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
        var arguments = new List<string> { $"Activation.{Activation}" };
        if (Classes > 0)
            arguments.Add($"Classes = {Classes}");
        if (IgnoreIndex is int ignored)
            arguments.Add(string.Create(CultureInfo.InvariantCulture, $"IgnoreIndex = {ignored}"));
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
        return $"[Loss({string.Join(", ", arguments)})]";
    }

    private string TermAttribute(int i)
    {
        Term term = Terms[i];
        var arguments = new List<string>();
        string name = $"T{i}";
        if (term.Catalogue is { } catalogue)
        {
            int options = catalogue.IndexOf('(', StringComparison.Ordinal);
            name = options < 0 ? catalogue : catalogue[..options];
            if (options >= 0)
                arguments.Add(catalogue[(options + 1)..^1]);
        }

        if (term.Weight != 1)
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

    private string AttributeClass(int i)
    {
        Formula formula = Terms[i].Formula!;
        var text = new StringBuilder($"public sealed partial class T{i}Attribute : LossTermAttribute\n{{\n");
        for (int k = 0; k < formula.Numbers.Length; k++)
            text.Append($"    public double {Upper(Name("k", i, k))} {{ get; init; }} = 0.5;\n");
        for (int k = 0; k < formula.PerClass.Length; k++)
            text.Append($"    public double[]? {Upper(Name("w", i, k))} {{ get; init; }}\n");
        return text.Append(Method(i, "public")).Append("}\n\n").ToString();
    }

    private string Method(int i, string access)
    {
        Formula formula = Terms[i].Formula!;
        bool HasDefault(int k) => Terms[i].IsInPlace && formula.Numbers[k].Kind == ParameterKind.Constant;
        IEnumerable<string> numbers = Enumerable.Range(0, formula.Numbers.Length).OrderBy(HasDefault)
            .Select(k => $"double {Name("k", i, k)}{(HasDefault(k) ? " = " + Word.Literal(formula.Numbers[k].Value) : "")}");
        IEnumerable<string> parameters = ["Prediction x", "Target y", .. numbers, .. formula.PerClass.Select((_, k) => $"Value {Name("w", i, k)}")];
        var text = new StringBuilder($"    {access} static Value Formula({string.Join(", ", parameters)})\n    {{\n");
        for (int k = 0; k < formula.Locals.Length; k++)
            text.Append($"        Value a{k} = {Body(i, formula.Locals[k])};\n");
        return text.Append($"        return {Body(i, formula.Result)};\n    }}\n").ToString();
    }

    // Parameters are k0, w1 in the formula, and have names of their own in the loss.
    private static string Body(int term, Expression expression) => expression.Replace(node =>
        node.Word == Words.Parameter ? new Expression(node.Word with { Pattern = Name("k", term, (int)node.Number) }, [])
        : node.Word == Words.PerClass ? new Expression(node.Word with { Pattern = Name("w", term, (int)node.Number) }, []) : null).ToString();
}
