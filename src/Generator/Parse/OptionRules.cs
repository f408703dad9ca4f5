using System.Collections.Immutable;
using LossGen.Compiler.Formula;

namespace LossGen.Generator.Parse;

/// <summary>
/// What the constructors of a term leave in its options, and which options it computes from others: what C# would do if the attribute were
/// ever constructed. It is read from source, and goes to other assemblies as text (docs/formula-text.md):
/// <code>
/// text := "lossgen-options/1" (new | get | put)*
/// new  := "(new (" TYPE* ")" set* ")"    one for each constructor
/// set  := "(set" CELL expr ")"           what a cell holds after construction; "assign" where a virtual property was assigned
/// get  := "(get" CELL expr ")"           the property is computed from cells
/// put  := "(put" CELL expr ")"           stating the property stores into another cell
/// expr := NUMBER | CELL | null | "(argument" INDEX ")" | "(list" expr* ")" | "(unknown" INDEX? ")" | "(" OPERATION expr* ")"
/// </code>
/// A cell is what holds a value: a property or field, with its type in front. One that nobody sets has no value.
/// </summary>
internal sealed class OptionRules
{
    public const string Version = "lossgen-options/1";
    public const string Unknown = "unknown";
    public const string Argument = "argument";

    private readonly Dictionary<string, SExpression> getters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SExpression> puts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Construction> constructions = new(StringComparer.Ordinal);

    /// <summary>A property is computed, or stored elsewhere.</summary>
    public bool HasAccessors => getters.Count + puts.Count > 0;

    /// <summary>The constructors that a use or a derived term can call, by the types of their parameters.</summary>
    public IEnumerable<KeyValuePair<string, Construction>> Constructions => constructions;

    /// <summary>One constructor, which sets nothing.</summary>
    public static OptionRules None { get; } = Parse(Version + " (new ())");

    /// <summary>Reads the text; throws <see cref="FormulaTextException"/> where it is malformed or of another version.</summary>
    public static OptionRules Parse(string text)
    {
        ImmutableArray<SExpression> forms = SExpression.Read(text);
        if (forms.Length == 0 || forms[0].Atom != Version)
            throw new FormulaTextException(
                $"the text of the options is of version '{(forms.Length > 0 ? forms[0].Atom : "")}', this generator reads '{Version}'");
        var rules = new OptionRules();
        foreach (SExpression form in forms.Skip(1))
        {
            switch (form.Head)
            {
                case "new" when form.Items.Length >= 2 && !form.Items[1].IsAtom:
                    var construction = new Construction();
                    foreach (SExpression set in form.Items.Skip(2))
                        construction.Add(set);
                    rules.constructions[string.Join(",", form.Items[1].Items.Select(type => type.Atom))] = construction;
                    break;
                case "get" when form.Items is [_, { Atom: { } computed }, var value]:
                    rules.getters[computed] = value;
                    break;
                case "put" when form.Items is [_, { Atom: { } property }, var place]:
                    rules.puts[property] = place;
                    break;
                default:
                    throw new FormulaTextException($"'{form.Head}' is not a form of the options");
            }
        }

        return rules;
    }

    /// <summary>The rules of a term that derives and has nothing of its own: its constructor has no parameters.</summary>
    public OptionRules WithoutArguments()
    {
        var rules = new OptionRules();
        foreach (KeyValuePair<string, SExpression> getter in getters)
            rules.getters[getter.Key] = getter.Value;
        foreach (KeyValuePair<string, SExpression> put in puts)
            rules.puts[put.Key] = put.Value;
        if (Find("") is { } plain)
            rules.constructions[""] = plain;
        return rules;
    }

    public Construction? Find(string signature) => constructions.TryGetValue(signature, out Construction? found) ? found : null;

    /// <summary>How the property is computed; null for one that is stored.</summary>
    public SExpression? Getter(string cell) => getters.TryGetValue(cell, out SExpression? getter) ? getter : null;

    /// <summary>Where stating the property stores the value; unknown where its accessor does something else.</summary>
    public SExpression? Put(string cell) => puts.TryGetValue(cell, out SExpression? place) ? place : null;

    /// <summary>What a constructor leaves.</summary>
    public sealed class Construction
    {
        private readonly Dictionary<string, (SExpression Value, bool IsAssigned)> cells = new(StringComparer.Ordinal);

        public IEnumerable<(string Cell, SExpression Value, bool IsAssigned)> Cells =>
            cells.Select(cell => (cell.Key, cell.Value.Value, cell.Value.IsAssigned));

        public SExpression? Find(string cell) => cells.TryGetValue(cell, out (SExpression Value, bool) found) ? found.Value : null;

        public void Add(SExpression form)
        {
            if (form.Items is not [{ Atom: "set" or "assign" }, { Atom: { } cell }, var value])
                throw new FormulaTextException("a constructor of the options sets cells, and nothing else");
            cells[cell] = (value, form.Head == "assign");
        }
    }
}
