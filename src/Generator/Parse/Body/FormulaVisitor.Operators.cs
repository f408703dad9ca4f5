using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace LossGen.Generator.Parse.Body;

/// <summary>Operators, conversions and names.</summary>
internal sealed partial class FormulaVisitor
{
    public override string? VisitConversion(IConversionOperation operation, FormulaFrame frame)
    {
        string? operand = Visit(operation.Operand, frame);
        if (operand is null || operation.Operand is ICollectionExpressionOperation || Shapes.Converts(Shapes.Of(operation.Operand.Type),
            Shapes.Of(operation.Type)))
            return operand;
        return Unsupported(
            operation.Syntax, frame, $"a conversion from '{operation.Operand.Type}' to '{operation.Type}'", "compute in double and Value");
    }

    public override string? VisitUnaryOperator(IUnaryOperation operation, FormulaFrame frame)
    {
        if (!IsOfLanguage(operation.OperatorMethod) || operation.IsLifted)
            return DefaultVisit(operation, frame);
        switch (operation.OperatorKind)
        {
            case UnaryOperatorKind.Plus:
                return Visit(operation.Operand, frame);
            case UnaryOperatorKind.Minus:
                return Call(Shapes.Of(operation.Operand.Type) == Shape.Integer ? "int-neg" : "neg", Visit(operation.Operand, frame));
            case UnaryOperatorKind.Not:
                return Call("not", Visit(operation.Operand, frame));
            default:
                return DefaultVisit(operation, frame);
        }
    }

    public override string? VisitBinaryOperator(IBinaryOperation operation, FormulaFrame frame)
    {
        if (!IsOfLanguage(operation.OperatorMethod) || operation.IsLifted || NameOf(operation) is not { } name)
            return DefaultVisit(operation, frame);

        Shape left = Shapes.Of(operation.LeftOperand.Type), right = Shapes.Of(operation.RightOperand.Type);
        if (name is "eq" or "ne" && !(left.IsScalar() && right.IsScalar()))
            return Unsupported(operation.Syntax, frame, "== or != on values", "write EqualTo(a, b), or !EqualTo(a, b)");
        if (name == "div" && left == Shape.Integer && right == Shape.Integer)
            return Unsupported(operation.Syntax, frame, "a division of integers", "make one of them a double, as in n / 2.0");
        if (left == Shape.Unknown || right == Shape.Unknown)
            return DefaultVisit(operation, frame);
        if (name is "add" or "sub" or "mul" && left == Shape.Integer && right == Shape.Integer)
            name = "int-" + name;
        return Call(name, Visit(operation.LeftOperand, frame), Visit(operation.RightOperand, frame));
    }

    public override string? VisitConditional(IConditionalOperation operation, FormulaFrame frame)
    {
        if (operation.Syntax is not ConditionalExpressionSyntax || operation.IsRef)
            return DefaultVisit(operation, frame);
        if (Shapes.Of(operation.Type) is Shape.Unknown or Shape.Prediction or Shape.ClassMatrix)
            return Unsupported(operation.Syntax, frame, $"?: between expressions of type '{operation.Type}'", "choose between values");
        return Call(
            "if", Visit(operation.Condition, frame), Visit(operation.WhenTrue, frame), Visit(operation.WhenFalse, frame));
    }

    public override string? VisitParameterReference(IParameterReferenceOperation operation, FormulaFrame frame) =>
        frame.TryFind(operation.Parameter, out string? text) ? text ?? Broken() : DefaultVisit(operation, frame);

    public override string? VisitLocalReference(ILocalReferenceOperation operation, FormulaFrame frame) =>
        frame.TryFind(operation.Local, out string? text) ? text ?? Broken() : DefaultVisit(operation, frame);

    public override string? VisitPropertyReference(IPropertyReferenceOperation operation, FormulaFrame frame)
    {
        if (operation.Instance is null)
            return DefaultVisit(operation, frame);
        string? leaf = operation.Property.ContainingType switch
        {
            var type when type.IsLossGen("Prediction") => operation.Property.Name switch
            {
                "Logit" => "(logit)",
                "Probability" => "(probability)",
                "LogProbability" => "(log-probability)",
                "Complement" => "(complement)",
                "ClassIndex" => "(class-index)",
                "ClassCount" => "(class-count)",
                "PixelCount" => "(pixel-count)",
                _ => null,
            },
            var type when type.IsLossGen("Target") && operation.Property.Name == "Valid" => "(valid)",
            _ => null,
        };
        if (leaf is null)
            return DefaultVisit(operation, frame);
        return Visit(operation.Instance, frame) is null ? null : leaf;
    }

    private static string? NameOf(IBinaryOperation operation)
    {
        bool isLogical = Shapes.Of(operation.LeftOperand.Type) is Shape.Bool or Shape.Condition
            && Shapes.Of(operation.RightOperand.Type) is Shape.Bool or Shape.Condition;
        bool isWhole = Shapes.Of(operation.LeftOperand.Type) == Shape.Integer && Shapes.Of(operation.RightOperand.Type) == Shape.Integer;
        return operation.OperatorKind switch
        {
            BinaryOperatorKind.Add => "add",
            BinaryOperatorKind.Subtract => "sub",
            BinaryOperatorKind.Multiply => "mul",
            BinaryOperatorKind.Divide => "div",
            BinaryOperatorKind.LessThan => "lt",
            BinaryOperatorKind.LessThanOrEqual => "le",
            BinaryOperatorKind.GreaterThan => "gt",
            BinaryOperatorKind.GreaterThanOrEqual => "ge",
            BinaryOperatorKind.Equals => "eq",
            BinaryOperatorKind.NotEquals => "ne",
            BinaryOperatorKind.And when isWhole => "bit-and",
            BinaryOperatorKind.Or when isWhole => "bit-or",
            BinaryOperatorKind.And or BinaryOperatorKind.ConditionalAnd when isLogical => "and",
            BinaryOperatorKind.Or or BinaryOperatorKind.ConditionalOr when isLogical => "or",
            _ => null,
        };
    }

    /// <summary>An operator of C# itself, or of the language's types: one that somebody else defined means something else.</summary>
    private static bool IsOfLanguage(IMethodSymbol? operatorMethod) =>
        operatorMethod is null || Shapes.Of(
            operatorMethod.ContainingType) is Shape.Value or Shape.Target or Shape.PixelMap or Shape.ElementMap or Shape.Condition;
}
