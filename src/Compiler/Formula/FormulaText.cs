using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Formula;

/// <summary>What a parameter of a formula holds.</summary>
internal enum ParameterKind
{
    /// <summary>One number.</summary>
    Scalar,

    /// <summary>One number a class.</summary>
    Class,

    /// <summary>One number for each pair of classes.</summary>
    Matrix,

    /// <summary>An input of the call with one number a pixel.</summary>
    Pixel,

    /// <summary>An input of the call with one number a class and pixel.</summary>
    Element,
}

/// <summary>A parameter of a formula, as its text declares it.</summary>
/// <param name="Default">The default, or null.</param>
internal sealed record FormulaParameter(string Name, ParameterKind Kind, double? Default);

/// <summary>A formula in the format of docs/formula-text.md, read.</summary>
internal sealed record FormulaText(
    ImmutableArray<FormulaParameter> Parameters, ImmutableArray<(string Name, SExpression Value)> Lets, SExpression Return)
{
    public const string Version = "lossgen/1";

    // Several stages read the text of a term, each for every kind of target.
    private static readonly ConditionalWeakTable<string, FormulaText> Known = new();

    /// <summary>
    /// How many operations may stand one below the other in the formulas of terms: the levels of each form, one below the other, as far as
    /// their parentheses tell. The texts are not read for it, which goes as deep.
    /// </summary>
    public static int Levels(IEnumerable<TermModel> terms)
    {
        int levels = 0;
        foreach (TermModel term in terms)
        {
            int open = 0, deepest = 0;
            foreach (char c in term.Formula)
            {
                open += c == '(' ? 1 : c == ')' ? -1 : 0;
                deepest = Math.Max(deepest, open);
                if (open != 0)
                    continue;
                levels += deepest;
                deepest = 0;
            }

            levels += deepest;
        }

        return levels;
    }

    /// <summary>Reads the text; throws <see cref="FormulaTextException"/> where it is malformed or of another version.</summary>
    public static FormulaText Parse(string text) => Known.GetValue(text, Read);

    private static FormulaText Read(string text)
    {
        ImmutableArray<SExpression> forms = SExpression.Read(text);
        if (forms.Length == 0 || forms[0].Atom != Version)
            throw new FormulaTextException(
                $"the formula text is of version '{(forms.Length > 0 ? forms[0].Atom : "")}', this generator reads '{Version}'");
        var parameters = ImmutableArray.CreateBuilder<FormulaParameter>();
        var lets = ImmutableArray.CreateBuilder<(string, SExpression)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        SExpression? result = null;
        foreach (SExpression form in forms.Skip(1))
        {
            switch (form.Head)
            {
                case "param" when form.Items.Length is 3 or 4:
                    ParameterKind kind = Kind(AtomOf(form, 2));
                    parameters.Add(new(NewName(AtomOf(form, 1)), kind, form.Items.Length > 3 ? Number(AtomOf(form, 3)) : null));
                    break;
                case "let" when form.Items.Length == 3:
                    Check(form.Items[2], names);
                    lets.Add((NewName(AtomOf(form, 1)), form.Items[2]));
                    break;
                case "return" when form.Items.Length == 2 && result is null:
                    Check(form.Items[1], names);
                    result = form.Items[1];
                    break;
                case "param" or "let" or "return":
                    throw new FormulaTextException($"a form '{form.Head}' has {form.Items.Length - 1} parts, or stands there twice");
                default:
                    throw new FormulaTextException($"'{form.Head}' is not a form");
            }
        }

        return new(parameters.ToImmutable(), lets.ToImmutable(), result ?? throw new FormulaTextException("the return form is missing"));

        string NewName(string name) => names.Add(name) ? name : throw new FormulaTextException($"the name '{name}' is given twice");
    }

    // Names that are known, and operations with as many operands as they take: what is wrong with a text is told where it is read, not in a
    // later stage.
    private static void Check(SExpression expression, HashSet<string> names)
    {
        var open = new Stack<SExpression>();
        open.Push(expression);
        while (open.Count > 0)
        {
            SExpression next = open.Pop();
            if (next.Atom is { } atom)
            {
                if (!names.Contains(atom) && !TryNumber(atom, out _))
                    throw new FormulaTextException($"'{atom}' is not a name or a number");
                continue;
            }

            int operands = next.Head is Language.Matrix or Language.Numbers ? next.Items.Length - 1 : Language.OperandsOf(next.Head);
            if (operands != next.Items.Length - 1)
                throw new FormulaTextException($"'{next.Head}' takes {operands} arguments, not {next.Items.Length - 1}");
            foreach (SExpression item in next.Items.Skip(1))
                open.Push(item);
        }
    }

    private static string AtomOf(SExpression form, int index) =>
        form.Items[index].Atom ?? throw new FormulaTextException($"part {index} of a form '{form.Head}' is a list");

    public static bool TryNumber(string atom, out double number) =>
        double.TryParse(atom, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    /// <summary>The word for a kind.</summary>
    public static string Word(ParameterKind kind) => kind.ToString().ToLowerInvariant();

    private static ParameterKind Kind(string word)
    {
        foreach (ParameterKind kind in Enum.GetValues(typeof(ParameterKind)))
        {
            if (Word(kind) == word)
                return kind;
        }

        throw new FormulaTextException($"'{word}' is not a kind of parameter");
    }

    private static double Number(string atom) =>
        TryNumber(atom, out double number) ? number : throw new FormulaTextException($"'{atom}' is not a number");
}

/// <summary>A formula text that cannot be read, or means nothing in a loss.</summary>
/// <param name="message">What was found and what is needed.</param>
/// <param name="expression">The number of the expression at fault in the text, or -1.</param>
/// <param name="term">The index of the term in the loss, or -1.</param>
internal sealed class FormulaTextException(string message, int expression = -1, int term = -1) : Exception(message)
{
    public int Expression => expression;

    public int Term => term;
}
