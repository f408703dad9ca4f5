using System.Collections.Immutable;
using System.Globalization;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Program;

/// <summary>Receives the lines of a program.</summary>
internal interface IProgramWriter
{
    /// <summary>A line; none is an empty one.</summary>
    void Line(string text);

    /// <summary>A line one step further in.</summary>
    void Indented(string text);

    /// <summary>A comment, wrapped where it is long.</summary>
    void Remark(string text);

    /// <summary>The head of a block.</summary>
    void Open(string head);

    /// <summary>The end of one.</summary>
    void Close();
}

/// <summary>Prints a program in a dialect, with as few parentheses as its operators need.</summary>
/// <param name="dialect">The language.</param>
/// <param name="writer">Receives the lines; none where only expressions are printed.</param>
internal sealed class ProgramPrinter(Dialect dialect, IProgramWriter? writer = null)
{
    // Values that stand together take a line of so many characters.
    private const int LineOfValues = 100;

    private IProgramWriter Writer => writer ?? throw new InvalidOperationException("statements need a writer");

    public void Print(ImmutableArray<Statement> statements)
    {
        foreach (Statement statement in statements)
            Print(statement);
    }

    private void Print(Statement statement)
    {
        switch (statement)
        {
            case Gap:
                Writer.Line("");
                break;
            case Remark comment:
                Writer.Remark(comment.Text);
                break;
            case Let { Meaning: { } meaning } let:
                Writer.Remark(meaning);
                Writer.Line(Text(let));
                break;
            case Lets lets:
                PrintTogether(lets.Values);
                break;
            case For loop:
                string steps = string.Join(", ", loop.Steps.Select(Text));
                PrintBlock($"for ({Text(loop.Counter)} {Text(loop.Counter, loop.End)}; {steps})", loop.Body);
                break;
            case Loop loop:
                PrintBlock(loop.Head, loop.Body);
                break;
            case If choice:
                PrintBlock($"if ({Text(choice.Condition)})", choice.Body);
                if (!choice.Else.IsEmpty)
                    PrintBlock("else", choice.Else);
                break;
            default:
                Writer.Line(Line(statement) ?? throw new InvalidOperationException("no text for " + statement.GetType().Name));
                break;
        }
    }

    // A statement that takes one line.
    private string? Line(Statement statement) => statement switch
    {
        Let { Meaning: null } let => Text(let),
        Declare declare => Text(declare),
        Assign assign => Text(assign) + ";",
        Do call => $"{call.Function}({Arguments(call.Arguments)});",
        Return => "return;",
        _ => null,
    };

    private string Text(Let let) => $"{dialect.Constant(let.Value.Type)} {let.Name} = {Text(let.Value)};";

    private string Text(Declare declare) => declare switch
    {
        { Length: { } length } => $"{dialect.Word(declare.Type)} {declare.Name}[{length}];",
        { Value: { } first } => $"{dialect.Word(declare.Type)} {declare.Name} = {Text(first)};",
        _ => $"{dialect.Word(declare.Type)} {declare.Name};",
    };

    private string Text(Declare counter, Expression end) => $"{counter.Name} < {Text(end, Precedence.Sum)}";

    private string Text(Assign assign)
    {
        string place = Text(assign.Place), value = Text(assign.Value);
        return assign.Joining switch
        {
            Joining.Maximum => $"{place} = {dialect.Maximum(assign.Value.Type)}({place}, {value})",
            Joining.Add when assign.Value is Number { Value: 1, Type: NumberType.Whole } => place + "++",
            Joining.Add => $"{place} += {value}",
            Joining.Subtract => $"{place} -= {value}",
            Joining.Multiply => $"{place} *= {value}",
            _ => $"{place} = {value}",
        };
    }

    private void PrintTogether(ImmutableArray<Let> values)
    {
        string line = "";
        foreach (Let value in values)
        {
            string text = Text(value);
            if (line.Length > 0 && line.Length + text.Length > LineOfValues)
            {
                Writer.Line(line);
                line = "";
            }

            line += (line.Length > 0 ? " " : "") + text;
        }

        if (line.Length > 0)
            Writer.Line(line);
    }

    private void PrintBlock(string head, ImmutableArray<Statement> body)
    {
        if (!dialect.HasBraces && body.Length == 1 && body[0] is not (Let or Declare) && Line(body[0]) is { } only)
        {
            Writer.Line(head);
            Writer.Indented(only);
            return;
        }

        Writer.Open(head);
        Print(body);
        Writer.Close();
    }

    public string Text(Expression expression) => Write(expression).Text;

    /// <summary>An expression by itself.</summary>
    public static string Text(Dialect dialect, Expression expression) => new ProgramPrinter(dialect).Text(expression);

    private string Arguments(ImmutableArray<Expression> arguments) => string.Join(", ", arguments.Select(Text));

    private string Text(Expression expression, Precedence least)
    {
        (string text, Precedence precedence) = Write(expression);
        return precedence < least ? "(" + text + ")" : text;
    }

    private (string Text, Precedence Precedence) Write(Expression expression) => expression switch
    {
        Number number => dialect.Number(number.Value, number.Type),
        Variable variable => (variable.Name, Precedence.Atom),
        Element element => ($"{element.Array}[{Text(element.Index)}]", Precedence.Atom),
        Behind place => ($"{Text(place.Address, Precedence.Sum)} + {Text(place.Elements, Precedence.Product)}", Precedence.Sum),
        Call call => ($"{call.Function}({Arguments(call.Arguments)})", Precedence.Atom),
        Named named => ($"{named.Parameter}: {Text(named.Value)}", Precedence.Choice),
        Cast cast when cast.Type == cast.Value.Type => Write(cast.Value),
        Cast cast => dialect.Converted(Text(cast.Value, Precedence.Sign), cast.Value.Type, cast.Type),
        Apply apply => Operation(apply),
        _ => throw new InvalidOperationException("no text for " + expression.GetType().Name),
    };

    private (string Text, Precedence Precedence) Operation(Apply apply)
    {
        ImmutableArray<Expression> inputs = apply.Arguments;
        switch (apply.Op)
        {
            // A negative number is written as a difference or a sign.
            case Op.Multiply when IsNumber(inputs[0], -1):
                return ("-" + Text(inputs[1], Precedence.Atom), Precedence.Sign);
            case Op.Add when Negated(inputs[1]) is { } taken:
                return ($"{Text(inputs[0], Precedence.Sum)} - {Text(taken, Precedence.Product)}", Precedence.Sum);
            case Op.Add when Negated(inputs[0]) is { } taken:
                return ($"{Text(inputs[1], Precedence.Sum)} - {Text(taken, Precedence.Product)}", Precedence.Sum);
            case Op.Not:
                return (dialect.Negation(apply.Type) + Text(inputs[0], Precedence.Atom), Precedence.Sign);
            case Op.Where when inputs[0].Type == NumberType.Truth:
                return ($"{Text(inputs[0], Precedence.Or)} ? {Text(inputs[1], Precedence.Or)} : {Text(inputs[2], Precedence.Or)}",
                    Precedence.Choice);
            case Op.Mask when inputs[0].Type == NumberType.Truth:
                return ($"{Text(inputs[0], Precedence.Or)} ? {Text(inputs[1], Precedence.Or)} : {dialect.Number(0, apply.Type).Text}",
                    Precedence.Choice);
            case Op.Detach or Op.Spread:
                return Write(inputs[0]);
        }

        if (dialect.Binary(apply.Op, inputs[0].Type) is var (symbol, own, left, right))
            return ($"{Text(inputs[0], left)} {symbol} {Text(inputs[1], right)}", own);
        string template = dialect.Template(apply.Op, apply.Type);
        return (string.Format(CultureInfo.InvariantCulture, template, inputs.Select(input => (object)Text(input)).ToArray()),
            Precedence.Atom);
    }

    private static bool IsNumber(Expression expression, double value) => expression is Number number && number.Value.Equals(value);

    private static Expression? Negated(Expression expression) =>
        expression is Apply { Op: Op.Multiply } product && IsNumber(product.Arguments[0], -1) ? product.Arguments[1] : null;
}
