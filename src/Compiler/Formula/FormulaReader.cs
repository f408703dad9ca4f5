using System.Collections.Immutable;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Formula;

/// <summary>Turns the formula text of a term into nodes.</summary>
internal sealed class FormulaReader
{
    private readonly FormulaScope scope;
    private readonly Dictionary<string, TracedValue> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClassMatrix> matrices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SExpression> lets = new(StringComparer.Ordinal);

    private readonly List<ClassNumbers> tables;

    private FormulaReader(FormulaScope scope, FormulaText text, List<ClassNumbers> tables)
    {
        this.scope = scope;
        this.tables = tables;
        foreach ((string name, SExpression value) in text.Lets)
            lets[name] = value;
    }

    /// <summary>The unreduced value of a term, with the expressions that it is made of.</summary>
    /// <param name="tables">What of the loss has one number a class, to which the term's is added.</param>
    public static TracedValue Read(TermModel term, FormulaScope scope, List<ClassNumbers> tables)
    {
        FormulaText text = FormulaText.Parse(term.Formula);
        var reader = new FormulaReader(scope, text, tables);
        foreach (FormulaParameter parameter in text.Parameters)
        {
            ArgumentModel? argument = term.Arguments.FirstOrDefault(a => a.Parameter == parameter.Name);
            if (parameter.Kind == ParameterKind.Matrix)
            {
                reader.matrices[parameter.Name] = argument?.Kind == ArgumentKind.ClassProperty
                    ? ClassMatrix.OfProperty(parameter.Name, scope.Graph.DeclaredClasses, argument.Index, reader.Table)
                    : ClassMatrix.OfNumbers(argument?.Numbers.AsImmutableArray() ?? [], reader.Table);
                continue;
            }

            Node node = reader.Bind(parameter, argument);
            reader.names[parameter.Name] = new(TracedValue.ParameterName, [], new(node, node.Axes), -1, parameter.Name);
        }

        return reader.Evaluate(text.Return);
    }

    private Node Bind(FormulaParameter parameter, ArgumentModel? argument)
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
                return Table(new(argument.Numbers.AsImmutableArray()));
            case ArgumentKind.ClassProperty:
                return Table(new([], argument.Index));
        }

        if (parameter.Kind == ParameterKind.Class)
            return graph.Constant(parameter.Default ?? 1);
        if ((parameter.Default ?? scope.Option(parameter.Name)) is { } number)
            return graph.Constant(number);
        throw new FormulaTextException($"the parameter '{parameter.Name}' has no value");
    }

    // A parameter, or a list of numbers.
    private ClassMatrix Matrix(SExpression expression)
    {
        if (expression.Atom is { } name && matrices.TryGetValue(name, out ClassMatrix? known))
            return known;
        if (!expression.IsAtom && expression.Head == Language.Matrix)
        {
            IEnumerable<double> numbers = expression.Items.Skip(1)
                .Select(item => item.Atom is { } atom && FormulaText.TryNumber(atom, out double number) ? number
                : throw new FormulaTextException("a matrix is made of numbers"));
            return ClassMatrix.OfNumbers(numbers.ToImmutableArray(), Table);
        }

        throw new FormulaTextException(
            $"the first argument of '{Language.Transform}' has to be a parameter of type ClassMatrix, or numbers");
    }

    private Node Table(ClassNumbers numbers)
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
    private TracedValue Let(string name, SExpression expression)
    {
        lets.Remove(name);
        TracedValue value = names[name] = Evaluate(expression);
        int suffix = name.IndexOf('_');
        scope.Graph.Name(value.Node, suffix > 0 ? name.Substring(0, suffix) : name);
        return value;
    }

    private TracedValue Evaluate(SExpression expression)
    {
        if (expression.Atom is { } atom)
        {
            if (names.TryGetValue(atom, out TracedValue? known))
                return known.Number >= 0 ? known : new(known.Operation, [], known.Value, expression.Number, known.Parameter);
            if (lets.TryGetValue(atom, out SExpression? let))
                return Let(atom, let);
            return FormulaText.TryNumber(atom, out double number)
                ? new(TracedValue.Literal, [], new(scope.Graph.Constant(number), Axes.None), expression.Number)
                : throw new FormulaTextException($"'{atom}' is not a name or a number");
        }

        if (scope.ComparesPairs && Language.AsksForPlaces(expression.Head))
        {
            throw new FormulaTextException(
                $"'{expression.Head}' asks for the places of classes or pixels, which of pairs are the rows or columns of a call in any order; join pairs with SumOverClasses, LogSumExpOverClasses, MaxOverClasses or Sum, and choose among them with Where",
                expression.Number);
        }

        // A condition that is known picks its branch before the other is read.
        TracedValue? condition = expression.Head == "if" && expression.Items.Length == 4 ? Evaluate(expression.Items[1]) : null;
        if (condition is { Node.IsConstant: true })
            return Evaluate(expression.Items[condition.Node.Number != 0 ? 2 : 3]);
        if (expression.Head == Language.Transform && expression.Items.Length == 3)
        {
            TracedValue vector = Evaluate(expression.Items[2]);
            return new(Language.Transform, [vector], At(expression, () => Matrix(expression.Items[1]).Apply(scope, vector.Value)),
                expression.Number);
        }

        if (expression.Head == Language.Largest && expression.Items.Length == 2)
            return new(TracedValue.Literal, [], new(scope.Graph.Constant(Matrix(expression.Items[1]).Largest), Axes.None),
                expression.Number);

        if (expression.Head == Language.Window && expression.Items.Length == 5)
        {
            ImmutableArray<TracedValue> others = [.. new[] { 1, 2, 4 }.Select(k => Evaluate(expression.Items[k]))];
            FormulaValue around = At(expression, () => scope.Window(others[0].Value, others[1].Node, KnownNumbers(expression.Items[3]),
                others[2].Node));
            return new(Language.Window, others, around, expression.Number);
        }

        ImmutableArray<TracedValue> arguments = expression.Items.Skip(1).Select((item, i) => i == 0 && condition is not null ? condition
            : Evaluate(item)).ToImmutableArray();
        FormulaValue value = At(expression, () => expression.Head switch
        {
            Language.Channel when arguments.Length == 2 => scope.Channel(arguments[0].Value, arguments[1].Node),
            Language.ShiftClasses when arguments.Length == 3 => scope.ShiftClasses(arguments[0].Value, arguments[1].Node,
                arguments[2].Value),
            _ => Language.Apply(expression.Head, scope, arguments.Select(argument => argument.Value).ToArray()),
        });
        return new(expression.Head, arguments, value, expression.Number);
    }

    private ImmutableArray<double> KnownNumbers(SExpression expression)
    {
        if (expression.IsAtom || expression.Head != Language.Numbers)
            throw new FormulaTextException($"the third argument of '{Language.Window}' has to be a list of numbers, such as [1, 2, 1]");
        return expression.Items.Skip(1).Select(item => Evaluate(item).Node is { IsConstant: true, Number: var number }
            && !double.IsNaN(number) && !double.IsInfinity(number)
            ? number
            : throw new FormulaTextException($"the weights of '{Language.Window}' have to be numbers that are known at compile time"))
            .ToImmutableArray();
    }

    // What an operation cannot do is said at its expression.
    private static FormulaValue At(SExpression expression, Func<FormulaValue> apply)
    {
        try
        {
            return apply();
        }
        catch (FormulaTextException error) when (error.Expression < 0)
        {
            throw new FormulaTextException(error.Message, expression.Number);
        }
    }
}
