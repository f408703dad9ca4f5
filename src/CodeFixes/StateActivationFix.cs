using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.CodeFixes;

/// <summary>LG0050: states the activation of a loss. Which one only its author can know.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(StateActivationFix)), Shared]
public sealed class StateActivationFix : FormulaFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["LG0050"];

    private protected override IEnumerable<Change> Find(SyntaxNode root, SyntaxNode node, SemanticModel model,
        CancellationToken cancellation)
    {
        if (node.FirstAncestorOrSelf<AttributeSyntax>() is not { } attribute)
            yield break;
        foreach ((string activation, string meaning) in new[] { ("Softmax", "one class a pixel"), ("Sigmoid", "each class for itself"),
            ("None", "the network gives probabilities") })
        {
            AttributeArgumentSyntax argument = SyntaxFactory.AttributeArgument(SyntaxFactory.ParseExpression("Activation." + activation));
            SeparatedSyntaxList<AttributeArgumentSyntax> arguments = attribute.ArgumentList?.Arguments.Insert(0, argument)
                ?? SyntaxFactory.SingletonSeparatedList(argument);
            if (arguments.Count > 1)
                arguments = SyntaxFactory.SeparatedList(arguments, arguments.GetSeparators().Select((comma, i) => i == 0
                    ? comma.WithTrailingTrivia(SyntaxFactory.Space) : comma));
            AttributeArgumentListSyntax list = (attribute.ArgumentList ?? SyntaxFactory.AttributeArgumentList()).WithArguments(arguments);
            yield return new($"State Activation.{activation}: {meaning}", activation,
                root.ReplaceNode(attribute, attribute.WithArgumentList(list)));
        }
    }
}
