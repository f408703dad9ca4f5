using System.Collections.Immutable;
using System.Globalization;
using LossGen.Compiler.Graph;

namespace LossGen.Pages.Formulas;

/// <summary>
/// A formula as its reader sees it: the words of the formula text, options and helper methods resolved. Unlike the generator's graph it
/// keeps the shape in which it was written. Equality is that of the object, so that what is used twice can be told.
/// </summary>
internal sealed class Expression(string head, ImmutableArray<Expression> items, Axes axes)
{
    public const string Number = "number";
    public const string Symbol = "symbol";

    /// <summary>A power that is 0 where its base is not positive.</summary>
    public const string PositivePower = "positive-power";

    /// <summary>What a row has in common with another, of a loss of pairs: the logit.</summary>
    public const string Similarity = "similarity";

    /// <summary>The same of two columns.</summary>
    public const string Entry = "entry";

    /// <summary>1 for what belongs together, and 0 elsewhere: the target of a loss of pairs, of which a row has any number.</summary>
    public const string IsPair = "is-pair";

    /// <summary>A word of the formula text, or one of the constants here.</summary>
    public string Head { get; } = head;

    public ImmutableArray<Expression> Items { get; } = items;

    /// <summary>The axes that the formula gives it.</summary>
    public Axes Axes { get; } = axes;

    /// <summary>The number of a constant, or what a symbol stands for.</summary>
    public double Value { get; private init; }

    /// <summary>The name of the option or input that a symbol stands for.</summary>
    public string Text { get; private init; } = "";

    /// <summary>What the author of the formula called it, or null.</summary>
    public string? Name { get; set; }

    public bool IsConstant => Head == Number;

    public bool IsAtom => Items.IsEmpty;

    public Expression this[int item] => Items[item];

    public static Expression Of(double number) => new(Number, [], Axes.None) { Value = number };

    /// <summary>An option that formulas show by its name; its value decides what depends on it.</summary>
    public static Expression Of(string symbol, double value, Axes axes) => new(Symbol, [], axes) { Text = symbol, Value = value };

    public bool Is(double number) => IsConstant && Value.Equals(number);

    public bool Is(string head) => Head == head;

    /// <summary>Equal as mathematics.</summary>
    public bool Matches(Expression other) =>
        ReferenceEquals(this, other)
        || (Head == other.Head && Text == other.Text && Value.Equals(other.Value) && Items.Length == other.Items.Length
        && Items.Zip(other.Items).All(pair => pair.First.Matches(pair.Second)));

    /// <summary>The number that it is where it depends on constants and options only.</summary>
    public double? Known() => Folding.Evaluate(this);

    /// <summary>The same with equal parts as one object, however often they have been written.</summary>
    public Expression Shared()
    {
        var numbers = new Dictionary<Expression, int>();
        var first = new Dictionary<string, Expression>(StringComparer.Ordinal);
        var shared = new Dictionary<Expression, Expression>();
        foreach (Expression node in Nodes())
        {
            ImmutableArray<Expression> items = [.. node.Items.Select(item => shared[item])];
            string key = string.Create(CultureInfo.InvariantCulture,
                $"{node.Head} {node.Text} {node.Value:R} {string.Join(' ', items.Select(item => numbers[item]))}");
            if (!first.TryGetValue(key, out Expression? one))
            {
                first[key] = one = new(node.Head, items, node.Axes) { Value = node.Value, Text = node.Text };
                numbers[one] = numbers.Count;
            }

            one.Name ??= node.Name;
            shared[node] = one;
        }

        return shared[this];
    }

    /// <summary>All nodes below and including this one, each once, inputs before users.</summary>
    public IEnumerable<Expression> Nodes()
    {
        var seen = new HashSet<Expression>();
        var order = new List<Expression>();
        void Visit(Expression node)
        {
            if (!seen.Add(node))
                return;
            foreach (Expression item in node.Items)
                Visit(item);
            order.Add(node);
        }

        Visit(this);
        return order;
    }
}
