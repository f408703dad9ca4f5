using System.Collections.Immutable;
using System.Globalization;

namespace LossGen.Generator.Formula;

/// <summary>A symbolic expression of the formula text: an atom, or a list.</summary>
/// <param name="Number">How many expressions begin before it in the text.</param>
internal sealed record SExpression(string? Atom, ImmutableArray<SExpression> Items, int Number)
{
    public bool IsAtom => Atom is not null;

    public string Head => Items.Length > 0 && Items[0].Atom is { } head ? head : throw new FormulaTextException("a list needs an operation");
}

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

    /// <summary>Reads the text; throws <see cref="FormulaTextException"/> where it is malformed or of another version.</summary>
    public static FormulaText Parse(string text)
    {
        ImmutableArray<SExpression> forms = Read(text);
        if (forms.Length == 0 || forms[0].Atom != Version)
            throw new FormulaTextException($"the formula text is of version '{(forms.Length > 0 ? forms[0].Atom : "")}', this generator reads '{Version}'");
        var parameters = ImmutableArray.CreateBuilder<FormulaParameter>();
        var lets = ImmutableArray.CreateBuilder<(string, SExpression)>();
        SExpression? result = null;
        foreach (SExpression form in forms.Skip(1))
        {
            switch (form.Head)
            {
                case "param":
                    parameters.Add(new(
                        form.Items[1].Atom!, Kind(form.Items[2].Atom!), form.Items.Length > 3 ? Number(form.Items[3].Atom!) : null));
                    break;
                case "let":
                    lets.Add((form.Items[1].Atom!, form.Items[2]));
                    break;
                case "return":
                    result = form.Items[1];
                    break;
                default:
                    throw new FormulaTextException($"'{form.Head}' is not a form");
            }
        }

        return new(parameters.ToImmutable(), lets.ToImmutable(), result ?? throw new FormulaTextException("the return form is missing"));
    }

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

    private static ImmutableArray<SExpression> Read(string text)
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

/// <summary>A formula text that cannot be read.</summary>
internal sealed class FormulaTextException(string message) : Exception(message);
