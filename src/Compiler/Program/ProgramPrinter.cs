using System.Collections.Immutable;
using System.Globalization;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Program;

/// <summary>A language that programs are printed in: its words, and nothing that decides what is computed.</summary>
internal abstract class Dialect
{
    /// <summary>The text of an operation: {0}, {1}, {2} are its inputs.</summary>
    public abstract string Template(Op op, NumberType type);

    /// <summary>A number, without a sign.</summary>
    public abstract string Number(double magnitude, NumberType type);

    /// <summary>The word for a type.</summary>
    public abstract string Word(NumberType type);

    /// <summary>A value of another type.</summary>
    /// <param name="value">The text, fit to stand behind an operator that binds as closely as a sign.</param>
    /// <param name="from">Its type.</param>
    /// <param name="to">The type asked for.</param>
    public abstract (string Text, int Precedence) Converted(string value, NumberType from, NumberType to);

    /// <summary>The function that keeps the larger of two numbers, and a NaN.</summary>
    public abstract string Maximum(NumberType type);
}

/// <summary>Prints a program in a dialect, with as few parentheses as its operators need.</summary>
/// <param name="dialect">The language.</param>
/// <param name="line">Receives a line.</param>
/// <param name="open">Receives the head of a block.</param>
/// <param name="close">Ends a block.</param>
/// <param name="remark">Receives a comment.</param>
internal sealed class ProgramPrinter(Dialect dialect, Action<string> line, Action<string> open, Action close, Action<string> remark)
{
    // How closely the operators of C and C# bind.
    private const int Choice = 1;
    private const int Or = 2;
    private const int And = 3;
    private const int Equality = 4;
    private const int Order = 5;
    private const int Sum = 6;
    private const int Product = 7;
    internal const int Unary = 8;
    internal const int Atom = 9;

    public void Print(ImmutableArray<Statement> statements)
    {
        foreach (Statement statement in statements)
            Print(statement);
    }

    private void Print(Statement statement)
    {
        switch (statement)
        {
            case Remark comment:
                remark(comment.Text);
                break;
            case Let let:
                line($"const {dialect.Word(let.Value.Type)} {let.Name} = {Text(let.Value)};");
                break;
            case Declare { Length: { } length } array:
                line($"{dialect.Word(array.Type)} {array.Name}[{length}];");
                break;
            case Declare variable:
                line($"{dialect.Word(variable.Type)} {variable.Name}{(variable.Value is { } first ? " = " + Text(first) : "")};");
                break;
            case Assign { Joining: Joining.Maximum } assign:
                line($"{Text(assign.Place)} = {dialect.Maximum(assign.Value.Type)}({Text(assign.Place)}, {Text(assign.Value)});");
                break;
            case Assign assign:
                line($"{Text(assign.Place)} {(assign.Joining == Joining.Add ? "+=" : "=")} {Text(assign.Value)};");
                break;
            case Loop loop:
                open(loop.Head);
                Print(loop.Body);
                close();
                break;
            case If choice:
                open($"if ({Text(choice.Condition)})");
                Print(choice.Body);
                close();
                break;
            case Do call:
                line($"{call.Function}({Arguments(call.Arguments)});");
                break;
            default:
                throw new InvalidOperationException("no text for " + statement.GetType().Name);
        }
    }

    public string Text(Expression expression) => Write(expression).Text;

    /// <summary>An expression by itself.</summary>
    public static string Text(Dialect dialect, Expression expression) => new ProgramPrinter(dialect, _ => { }, _ => { }, () => { }, _ => { }).Text(expression);

    private string Arguments(ImmutableArray<Expression> arguments) => string.Join(", ", arguments.Select(Text));

    private string Text(Expression expression, int least)
    {
        (string text, int precedence) = Write(expression);
        return precedence < least ? "(" + text + ")" : text;
    }

    private (string Text, int Precedence) Write(Expression expression)
    {
        switch (expression)
        {
            case Number number:
                bool isNegative = number.Value < 0 || (number.Value == 0 && 1 / number.Value < 0);
                string magnitude = dialect.Number(Math.Abs(number.Value), number.Type);
                return isNegative ? ("-" + magnitude, Unary) : (magnitude, Atom);
            case Variable variable:
                return (variable.Name, Atom);
            case Element element:
                return ($"{element.Array}[{Text(element.Index)}]", Atom);
            case Call call:
                return ($"{call.Function}({Arguments(call.Arguments)})", Atom);
            case Cast cast:
                return cast.Type == cast.Value.Type ? Write(cast.Value) : dialect.Converted(Text(cast.Value, Unary), cast.Value.Type, cast.Type);
            case Apply apply:
                return Operation(apply);
            default:
                throw new InvalidOperationException("no text for " + expression.GetType().Name);
        }
    }

    private (string Text, int Precedence) Operation(Apply apply)
    {
        ImmutableArray<Expression> inputs = apply.Arguments;
        switch (apply.Op)
        {
            // A negative number is written as a difference or a sign.
            case Op.Multiply when IsNumber(inputs[0], -1):
                return ("-" + Text(inputs[1], Atom), Unary);
            case Op.Add when Negated(inputs[1]) is { } taken:
                return ($"{Text(inputs[0], Sum)} - {Text(taken, Product)}", Sum);
            case Op.Add when Negated(inputs[0]) is { } taken:
                return ($"{Text(inputs[1], Sum)} - {Text(taken, Product)}", Sum);
            case Op.Add:
                return Binary("+", Sum);
            case Op.Multiply:
                return Binary("*", Product);
            case Op.Divide:
                return ($"{Text(inputs[0], Product)} / {Text(inputs[1], Unary)}", Product);
            case Op.Less:
                return Binary("<", Order);
            case Op.LessOrEqual:
                return Binary("<=", Order);
            case Op.Equal:
                return Binary("==", Equality);
            case Op.And:
                return ($"{Text(inputs[0], Equality)} && {Text(inputs[1], Equality)}", And);
            case Op.Or:
                return ($"{Text(inputs[0], Equality)} || {Text(inputs[1], Equality)}", Or);
            case Op.Not:
                return ("!" + Text(inputs[0], Atom), Unary);
            case Op.Where:
                return ($"{Text(inputs[0], Or)} ? {Text(inputs[1], Or)} : {Text(inputs[2], Or)}", Choice);
            case Op.Mask:
                return ($"{Text(inputs[0], Or)} ? {Text(inputs[1], Or)} : {dialect.Number(0, apply.Type)}", Choice);
            case Op.Detach or Op.Spread:
                return Write(inputs[0]);
            default:
                string template = dialect.Template(apply.Op, apply.Type);
                return (string.Format(CultureInfo.InvariantCulture, template, inputs.Select(input => (object)Text(input)).ToArray()), Atom);
        }

        // Of two that bind alike the second is enclosed: numbers are added and multiplied in the order of the graph.
        (string Text, int Precedence) Binary(string symbol, int own) => ($"{Text(inputs[0], own)} {symbol} {Text(inputs[1], own + 1)}", own);
    }

    private static bool IsNumber(Expression expression, double value) => expression is Number number && number.Value.Equals(value);

    private static Expression? Negated(Expression expression) =>
        expression is Apply { Op: Op.Multiply } product && IsNumber(product.Arguments[0], -1) ? product.Arguments[1] : null;
}
