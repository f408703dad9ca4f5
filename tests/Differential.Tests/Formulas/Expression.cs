using System.Collections.Immutable;

namespace LossGen.Differential.Formulas;

/// <summary>An expression of the formula language as a tree: a word and its inputs. What it means is in <see cref="Words"/>.</summary>
/// <param name="Number">A constant's number; the index of a parameter or a local variable.</param>
internal sealed record Expression(Word Word, ImmutableArray<Expression> Inputs, double Number = 0)
{
    public int Size => 1 + Inputs.Sum(input => input.Size);

    public bool Contains(Func<Expression, bool> test) => test(this) || Inputs.Any(input => input.Contains(test));

    /// <summary>The tree with this node's place taken by another expression, for every node: what a smaller formula is made of.</summary>
    public IEnumerable<Expression> Smaller(Func<Expression, IEnumerable<Expression>> replacements)
    {
        foreach (Expression replacement in replacements(this))
            yield return replacement;
        for (int i = 0; i < Inputs.Length; i++)
        {
            foreach (Expression input in Inputs[i].Smaller(replacements))
                yield return this with { Inputs = Inputs.SetItem(i, input) };
        }
    }

    public Expression Replace(Func<Expression, Expression?> replacement) =>
        replacement(this) ?? this with { Inputs = [.. Inputs.Select(input => input.Replace(replacement))] };

    /// <summary>C#, as it is declared or as the reference executes it.</summary>
    public string Text(bool asReference) => Word.Text(this, asReference);

    public override string ToString() => Text(asReference: false);
}
