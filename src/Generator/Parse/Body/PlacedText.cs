using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse.Body;

/// <summary>
/// Where the expressions of a formula stand in the source. The text of a formula (docs/formula-text.md) has no places, since it is equal
/// when it means the same. So while it is written each expression carries a mark, and at the end the marks are taken out: what is left is
/// the text, and a list of places by the number of the expression, counted as <see cref="Formula.FormulaText"/> counts them.
/// </summary>
internal sealed class PlacedText
{
    private const char Begin = '\u0001';
    private const char End = '\u0002';

    private readonly List<Location> places = [];

    /// <summary>The text of an expression with its place; one that has a place keeps it.</summary>
    public string Mark(string text, Location place)
    {
        if (text.Length == 0 || text[0] == Begin)
            return text;
        places.Add(place);
        return Begin + (places.Count - 1).ToString(CultureInfo.InvariantCulture) + End + text;
    }

    /// <summary>The text without marks, and the place of each of its expressions; null for those that have none.</summary>
    public (string Text, ImmutableArray<Location?> Places) Read(string marked)
    {
        var text = new StringBuilder(marked.Length);
        var found = ImmutableArray.CreateBuilder<Location?>();
        Location? place = null;
        bool inAtom = false;
        for (int i = 0; i < marked.Length; i++)
        {
            char c = marked[i];
            if (c == Begin)
            {
                int end = marked.IndexOf(End, i);
                place = places[int.Parse(marked.Substring(i + 1, end - i - 1), CultureInfo.InvariantCulture)];
                i = end;
                continue;
            }

            bool isStart = c == '(' || (!inAtom && c is not (' ' or ')'));
            if (isStart)
            {
                found.Add(place);
                place = null;
            }

            inAtom = c is not ('(' or ' ' or ')');
            text.Append(c);
        }

        return (text.ToString(), found.ToImmutable());
    }
}
