using System.Collections.Immutable;
using LossGen.Generator.Graph;
using LossGen.Generator.Model;

namespace LossGen.Generator.Formula;

/// <summary>Turns the formula text of a term into nodes.</summary>
internal sealed class FormulaReader
{
    private readonly FormulaScope scope;
    private readonly Dictionary<string, FormulaValue> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClassMatrix> matrices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SExpression> lets = new(StringComparer.Ordinal);

    private FormulaReader(FormulaScope scope, FormulaText text)
    {
        this.scope = scope;
        foreach ((string name, SExpression value) in text.Lets)
            lets[name] = value;
    }

    /// <summary>The unreduced value of a term.</summary>
    /// <param name="tables">What of the loss has one number a class, to which the term's is added.</param>
    public static FormulaValue Read(TermModel term, FormulaScope scope, List<ClassNumbers> tables)
    {
        FormulaText text = FormulaText.Parse(term.Formula);
        var reader = new FormulaReader(scope, text);
        foreach (FormulaParameter parameter in text.Parameters)
        {
            ArgumentModel? argument = term.Arguments.FirstOrDefault(a => a.Parameter == parameter.Name);
            if (parameter.Kind == ParameterKind.Matrix)
            {
                reader.matrices[parameter.Name] = new(argument?.Numbers.AsImmutableArray() ?? [], numbers => reader.Table(new(numbers), tables));
                continue;
            }

            Node node = reader.Bind(parameter, argument, tables);
            reader.names[parameter.Name] = new(node, node.Axes);
        }

        return reader.Evaluate(text.Return);
    }

    private Node Bind(FormulaParameter parameter, ArgumentModel? argument, List<ClassNumbers> tables)
    {
        GraphBuilder graph = scope.Graph;
        switch (argument?.Kind)
        {
            case ArgumentKind.Property:
                return graph.Parameter(argument.Index);
            case ArgumentKind.Input:
                Node input = graph.Input(argument.Index, parameter.Kind == ParameterKind.Element ? Axes.All : Axes.Batch | Axes.Pixel);
                graph.Name(input, parameter.Name);
                return input;
            case ArgumentKind.Constant:
                return graph.Constant(argument.Number);
            case ArgumentKind.PerClass when argument.Numbers.Count > 0:
                return Table(new(argument.Numbers.AsImmutableArray()), tables);
            case ArgumentKind.ClassProperty:
                return Table(new([], argument.Index), tables);
        }

        if (parameter.Kind == ParameterKind.Class)
            return graph.Constant(parameter.Default ?? 1);
        if ((parameter.Default ?? scope.Option(parameter.Name)) is { } number)
            return graph.Constant(number);
        throw new FormulaTextException($"the parameter '{parameter.Name}' has no value");
    }

    private Node Table(ClassNumbers numbers, List<ClassNumbers> tables)
    {
        int index = tables.IndexOf(numbers);
        if (index < 0)
        {
            index = tables.Count;
            tables.Add(numbers);
        }

        return scope.Graph.PerClass(index);
    }

    // A let is read where it is first used: behind a condition that is known it may not even make sense.
    private FormulaValue Let(string name, SExpression expression)
    {
        lets.Remove(name);
        FormulaValue value = names[name] = Evaluate(expression);
        int suffix = name.IndexOf('_');
        scope.Graph.Name(value.Node, suffix > 0 ? name.Substring(0, suffix) : name);
        return value;
    }

    private FormulaValue Evaluate(SExpression expression)
    {
        if (expression.Atom is { } atom)
        {
            if (names.TryGetValue(atom, out FormulaValue known))
                return known;
            if (lets.TryGetValue(atom, out SExpression? let))
                return Let(atom, let);
            return FormulaText.TryNumber(atom, out double number)
                ? new(scope.Graph.Constant(number), Axes.None)
                : throw new FormulaTextException($"'{atom}' is not a name or a number");
        }

        // A condition that is known picks its branch before the other is read.
        if (expression.Head == "if" && Evaluate(expression.Items[1]) is { Node: { IsConstant: true } condition })
            return Evaluate(expression.Items[condition.Number != 0 ? 2 : 3]);
        switch (expression.Head)
        {
            case Language.Channel when expression.Items.Length == 3:
                return scope.Channel(Evaluate(expression.Items[1]), Evaluate(expression.Items[2]).Node);
            case Language.Transform when expression.Items.Length == 3:
                return expression.Items[1].Atom is { } name && matrices.TryGetValue(name, out ClassMatrix? matrix)
                    ? matrix.Apply(scope, Evaluate(expression.Items[2]))
                    : throw new FormulaTextException($"the first argument of '{Language.Transform}' has to be a parameter of type ClassMatrix");
        }

        return Language.Apply(expression.Head, scope, expression.Items.Skip(1).Select(Evaluate).ToArray());
    }
}
