using System.Collections.Immutable;

namespace LossGen.Compiler.Formula;

/// <summary>A symbolic expression of the formula text: an atom, or a list.</summary>
/// <param name="Number">How many expressions begin before it in the text.</param>
internal sealed record SExpression(string? Atom, ImmutableArray<SExpression> Items, int Number)
{
    public bool IsAtom => Atom is not null;

    public string Head => Items.Length > 0 && Items[0].Atom is { } head ? head
        : throw new FormulaTextException("a list needs an operation");

    /// <summary>The expression as it is written.</summary>
    public string ToText() => Atom ?? $"({string.Join(" ", Items.Select(item => item.ToText()))})";

    /// <summary>
    /// The expressions of a text one after the other; throws <see cref="FormulaTextException"/> where parentheses do not match.
    /// </summary>
    public static ImmutableArray<SExpression> Read(string text)
    {
        var stack = new Stack<(ImmutableArray<SExpression>.Builder Items, int Number)>();
        stack.Push((ImmutableArray.CreateBuilder<SExpression>(), -1));
        int i = 0, number = 0;
        while (i < text.Length)
        {
            char c = text[i];
            if (char.IsWhiteSpace(c))
            {
                i++;
            }
            else if (c == '(')
            {
                stack.Push((ImmutableArray.CreateBuilder<SExpression>(), number++));
                i++;
            }
            else if (c == ')')
            {
                if (stack.Count == 1)
                    throw new FormulaTextException("a closing parenthesis too many");
                (ImmutableArray<SExpression>.Builder items, int own) = stack.Pop();
                stack.Peek().Items.Add(new(null, items.ToImmutable(), own));
                i++;
            }
            else
            {
                int start = i;
                while (i < text.Length && !char.IsWhiteSpace(text[i]) && text[i] != '(' && text[i] != ')')
                    i++;
                stack.Peek().Items.Add(new(text.Substring(start, i - start), ImmutableArray<SExpression>.Empty, number++));
            }
        }

        return stack.Count == 1 ? stack.Pop().Items.ToImmutable() : throw new FormulaTextException("a closing parenthesis is missing");
    }
}
