using System.Collections.Immutable;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;
using LossGen.Pages.Catalogue;

namespace LossGen.Pages.Formulas;

/// <summary>
/// The formula of a term for given options. Truth values and choices are resolved; numbers stay as symbols, except those that are 1 for
/// every class unless they are stated. Conditions on numbers are decided by their values.
/// </summary>
internal sealed class FormulaView
{
    private readonly Dictionary<string, Expression> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SExpression> lets = new(StringComparer.Ordinal);
    private readonly Activation activation;
    private readonly Term term;

    private FormulaView(Term term, Activation activation, IReadOnlyDictionary<string, double> changed)
    {
        this.activation = activation;
        this.term = term;
        foreach ((string name, SExpression value) in term.Formula.Lets)
            lets[name] = value;
        foreach (FormulaParameter parameter in term.Formula.Parameters)
            names[parameter.Name] = Bind(term, parameter, activation, changed);
        Value = Evaluate(term.Formula.Return).Shared();
    }

    public Expression Value { get; }

    /// <summary>The formula.</summary>
    /// <param name="term">The term.</param>
    /// <param name="activation">The activation of the term.</param>
    /// <param name="changed">
    /// Parameters whose value is another than the default; for one number a class it only matters that there are any.
    /// </param>
    public static Expression Of(Term term, Activation activation, IReadOnlyDictionary<string, double>? changed = null) =>
        new FormulaView(term, activation, changed ?? ImmutableDictionary<string, double>.Empty).Value;

    private static Expression Bind(Term term, FormulaParameter parameter, Activation activation, IReadOnlyDictionary<string,
        double> changed)
    {
        switch (parameter.Kind)
        {
            case ParameterKind.Class when !changed.ContainsKey(parameter.Name):
                return Expression.Of(parameter.Default ?? 1);
            case ParameterKind.Class:
                return Expression.Of(parameter.Name, 1, Axes.Class);
            case ParameterKind.Matrix:
                return Expression.Of(parameter.Name, 0, Axes.Class);
            case ParameterKind.Pixel:
                return Expression.Of(parameter.Name, 1, Axes.Batch | Axes.Pixel);
            case ParameterKind.Element:
                return Expression.Of(parameter.Name, 1, Axes.All);
        }

        bool isNumber = term.Options.FirstOrDefault(option => option.Parameter == parameter.Name)?.IsNumber ?? false;
        double value = changed.TryGetValue(parameter.Name, out double other) ? other : parameter.Default ?? parameter.Name switch
        {
            "activation" => (double)activation,
            "reduction" => (double)Reduction.Mean,
            "perImage" => 0,
            "indexTarget" => 1,
            "dimensions" => 2,
            _ => throw new NotSupportedException(
                $"{term.Name} takes the option '{parameter.Name}' of the loss, of which the pages know nothing."),
        };
        return isNumber ? Expression.Of(parameter.Name, value, Axes.None) : Expression.Of(value);
    }

    // As in the generator a let is read where it is first used: behind a condition that is known it may not even make sense.
    private Expression Let(string name, SExpression expression)
    {
        lets.Remove(name);
        Expression value = names[name] = Evaluate(expression);
        int suffix = name.IndexOf('_', StringComparison.Ordinal);
        value.Name ??= suffix > 0 ? name[..suffix] : name;
        return value;
    }

    private Expression Evaluate(SExpression expression)
    {
        if (expression.Atom is { } atom)
        {
            return names.TryGetValue(atom, out Expression? known) ? known
                : lets.TryGetValue(atom, out SExpression? let) ? Let(atom, let)
                : FormulaText.TryNumber(atom, out double number) ? Expression.Of(number)
                : throw new NotSupportedException($"'{atom}' is not a name or a number.");
        }

        if (expression.Head == "if" && Evaluate(expression.Items[1]).Known() is { } condition)
            return Evaluate(expression.Items[condition != 0 ? 2 : 3]);
        string head = expression.Head switch
        {
            "if" => "Where",
            "logit" when term.ComparesPairs => term.ComparesColumns ? Expression.Entry : Expression.Similarity,
            "target" when term.ComparesPairs => Expression.IsPair,
            string other => other,
        };
        ImmutableArray<Expression> items = [.. expression.Items.Skip(1).Select(Evaluate)];
        return activation == Activation.Sigmoid && head == "Softplus" && LogarithmOfSigmoid(items[0]) is { } logarithm ? logarithm
            : Folding.Make(head, items);
    }

    // What a kernel computes from the logit is better known by its probability.
    private static Expression? LogarithmOfSigmoid(Expression argument)
    {
        if (argument.Is("logit"))
            return Folding.Make("neg", [Folding.Make("Log", [Folding.Make("complement", [])])]);
        return argument.Is("neg") && argument[0].Is("logit") ? Folding.Make("neg", [Folding.Make("log-probability", [])]) : null;
    }
}
