using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace LossGen.Generator.Parse.Body;

/// <summary>What to call a construct outside the subset, and what to write instead.</summary>
internal static class Cures
{
    private const string Static = "write a static method and call it";
    private const string Pure = "declare a new local instead: a value never changes";
    private const string Choose = "use ?: for a choice by a parameter, or Where for one by values";

    public static (string What, string Cure) For(IOperation operation) => operation switch
    {
        IConditionalOperation => ("an if statement", Choose),
        ISwitchOperation => ("a switch statement", Choose),
        ISwitchExpressionOperation => ("a switch expression", Choose),
        IIsPatternOperation => ("a pattern", "compare with ==, <, <=, > or >="),
        ICoalesceOperation => ("??", "give the parameter a default instead"),
        ILoopOperation => ("a loop", "reduce over classes with SumOverClasses or MeanOverClasses, over pixels with Sum or Mean"),
        IAssignmentOperation => ("an assignment", Pure),
        IIncrementOrDecrementOperation => ("++ or --", Pure),
        IAnonymousFunctionOperation or IDelegateCreationOperation or IMethodReferenceOperation => ("a lambda or delegate", Static),
        IInvocationOperation { TargetMethod.MethodKind: MethodKind.DelegateInvoke } => ("a call of a delegate", Static),
        IInvocationOperation { TargetMethod: { Name: "PerClass" } method } when method.ContainingType.IsLossGen("Prediction") =>
            ("a call of PerClass", "declare a parameter of type Value and an option of type double[] with its name"),
        IInvocationOperation { TargetMethod: var member } when IsExtension(member) =>
            ($"a call of the extension member '{member.Name}'", "write it as a static method with 'this' in front of its first parameter"),
        IPropertyReferenceOperation { Property: var member } when IsExtension(member) =>
            ($"the extension property '{member.Name}'", "write it as a static method with 'this' in front of its first parameter"),
        IInvocationOperation call => ($"a call of the instance method '{call.TargetMethod.Name}'",
            "call a function of LossGen.Functions or a static method"),
        IInstanceReferenceOperation => ("a member of an instance", "pass it as a parameter of the formula"),
        IFieldReferenceOperation field => ($"the field '{field.Field.Name}'", "make it const, or pass it as a parameter of the formula"),
        IPropertyReferenceOperation property => ForProperty(property.Property),
        IParameterReferenceOperation parameter => ($"'{parameter.Parameter.Name}'", "pass it as a parameter of the formula"),
        ILocalReferenceOperation local => ($"'{local.Local.Name}'", "declare it in the same method"),
        IObjectCreationOperation or IArrayCreationOperation or ICollectionExpressionOperation =>
            ("a new object or array", "declare a parameter of type Value and an option of type double[] for one number a class"),
        ITupleOperation or IDeconstructionAssignmentOperation => ("a tuple", "declare one local for each value"),
        IConditionalAccessOperation => ("?.", "use ."),
        IUnaryOperation or IBinaryOperation => (
            $"the operator '{OperatorOf(operation.Syntax)}' on '{TypesOf(operation)}'",
            "use + - * / < <= > >= & | ! on values, and == != && || also on numbers"),
        IThrowOperation or ITryOperation or IUsingOperation or IUsingDeclarationOperation or ILockOperation or IBlockOperation =>
            ($"'{operation.Syntax.GetFirstToken().ValueText}'", "write declarations and one return"),
        IReturnOperation => ("'yield'", "write one return"),
        IAwaitOperation => ("'await'", "a formula computes, it waits for nothing"),
        _ => ($"'{Shorten(operation.Syntax)}'", "use the operators and the functions of LossGen.Functions"),
    };

    private static (string What, string Cure) ForProperty(IPropertySymbol property) =>
        property.ContainingType.IsLossGen("Prediction") || property.ContainingType.IsLossGen("Target")
            || property.ContainingType.IsLossGen("Value")
            ? (
                $"the property '{property.Name}' of {property.ContainingType.Name}",
                "use Logit, Probability, LogProbability, Complement, ClassIndex, ClassCount, PixelCount of the prediction, or Valid of the target")
            : ($"the property '{property.Name}'", "make it a const, or pass it as a parameter of the formula");

    // C# 14: a member of a block extension(Value v) { ... }.
    private static bool IsExtension(ISymbol member) => member.ContainingType is { Name: "" } or { CanBeReferencedByName: false };

    private static string OperatorOf(SyntaxNode syntax) => syntax switch
    {
        BinaryExpressionSyntax binary => binary.OperatorToken.ValueText,
        PrefixUnaryExpressionSyntax prefix => prefix.OperatorToken.ValueText,
        PostfixUnaryExpressionSyntax postfix => postfix.OperatorToken.ValueText,
        _ => syntax.Kind().ToString(),
    };

    private static string TypesOf(IOperation operation) => operation switch
    {
        IUnaryOperation unary => $"{unary.Operand.Type}",
        IBinaryOperation binary when SymbolEqualityComparer.Default.Equals(binary.LeftOperand.Type, binary.RightOperand.Type) =>
            $"{binary.LeftOperand.Type}",
        IBinaryOperation binary => $"{binary.LeftOperand.Type}' and '{binary.RightOperand.Type}",
        _ => "",
    };

    private static string Shorten(SyntaxNode syntax)
    {
        string text = string.Join(" ", syntax.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= 40 ? text : text.Substring(0, 37) + "...";
    }
}
