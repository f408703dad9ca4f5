using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse.Body;

/// <summary>
/// Choices that C# makes by one truth value and that somebody wrote with a condition of values, which has one for each point. The compiler
/// refuses them, and does not know what to write instead.
/// </summary>
internal static class ChoiceErrors
{
    // A conversion that does not exist, and && or || on a type without true and false.
    private static readonly string[] Ids = ["CS0029", "CS0217", "CS0218"];

    private const string Condition = "by a condition of values, which has a truth value for each point";

    public static IEnumerable<(ExpressionSyntax Place, string What, string Cure)> Among(IEnumerable<Diagnostic> errors, SyntaxNode body,
        SemanticModel model, CancellationToken cancellation)
    {
        foreach (Diagnostic error in errors.Where(error => Ids.Contains(error.Id) && body.Span.Contains(error.Location.SourceSpan)))
        {
            if (body.FindNode(error.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax place)
                continue;
            ExpressionSyntax outer = place;
            while (outer.Parent is ParenthesizedExpressionSyntax parenthesized)
                outer = parenthesized;
            bool IsCondition(ExpressionSyntax expression) => Shapes.Of(model.GetTypeInfo(expression, cancellation).Type) == Shape.Condition;
            if (outer.Parent is ConditionalExpressionSyntax choice && choice.Condition == outer && IsCondition(place))
                yield return (place, $"?: {Condition}", "write Where(condition, a, b)");
            else if (outer.Parent is IfStatementSyntax statement && statement.Condition == outer && IsCondition(place))
                yield return (place, $"an if {Condition}", "write Where(condition, a, b) in one return");
            else if (place is BinaryExpressionSyntax { OperatorToken.ValueText: "&&" or "||" } both
                && (IsCondition(both.Left) || IsCondition(both.Right)))
                yield return (place, $"{both.OperatorToken.ValueText} between conditions of values",
                    $"write {both.OperatorToken.ValueText[0]}");
        }
    }
}
