using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.CodeFixes;

/// <summary>LG0051: leaves out an activation of what has been through one, or applies it to the logit.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SingleActivationFix)), Shared]
public sealed class SingleActivationFix : FormulaFix
{
    private const string Probability = "Probability";
    private const string Logit = "Logit";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["LG0051"];

    private protected override IEnumerable<Change> Find(SyntaxNode root, SyntaxNode node, SemanticModel model,
        CancellationToken cancellation)
    {
        if (node is ArgumentSyntax wrapped)
            node = wrapped.Expression;
        if (node is BinaryExpressionSyntax
            {
                RawKind: (int)SyntaxKind.DivideExpression,
                Left: InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } exponents }
            })
        {
            yield return new("Leave the second softmax out", "Remove", Replace(root, node, exponents[0].Expression));
            yield break;
        }

        if (node is not InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } arguments } call)
            yield break;
        ExpressionSyntax argument = arguments[0].Expression;
        string name = call.Expression is MemberAccessExpressionSyntax access ? access.Name.Identifier.ValueText
            : call.Expression.ToString();
        bool isBare = argument is IdentifierNameSyntax or InvocationExpressionSyntax || IsMember(argument, Probability);
        if (name == "LogSigmoid" && IsMember(argument, Probability))
            yield return new("Write LogProbability", "Logarithm", Replace(root, call, WithName((MemberAccessExpressionSyntax)argument,
                "LogProbability")));
        else if (name == "Log" || (name == "Sigmoid" && isBare))
            yield return new($"Leave {name} out", "Remove", Replace(root, call, argument));

        List<MemberAccessExpressionSyntax> probabilities = argument.DescendantNodesAndSelf().OfType<MemberAccessExpressionSyntax>()
            .Where(member => IsMember(member, Probability)).ToList();
        if (name != "Log" && probabilities.Count > 0)
            yield return new($"Apply {name} to the logit", Logit, root.ReplaceNodes(probabilities, (old, _) => WithName(old, Logit)));
    }

    private static bool IsMember(ExpressionSyntax expression, string name) =>
        expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: var member } && member == name;

    private static MemberAccessExpressionSyntax WithName(MemberAccessExpressionSyntax access, string name) =>
        access.WithName(SyntaxFactory.IdentifierName(name).WithTriviaFrom(access.Name));
}
