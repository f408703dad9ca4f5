using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace LossGen.CodeFixes;

/// <summary>LG0010: turns an if statement into <c>?:</c> where it returns one of two values, or gives a local one of them.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(IfToConditionalFix)), Shared]
public sealed class IfToConditionalFix : FormulaFix
{
    private const string Title = "Write ?: instead of if";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["LG0010"];

    private protected override IEnumerable<Change> Find(SyntaxNode root, SyntaxNode node, SemanticModel model,
        CancellationToken cancellation)
    {
        // A local that gets its value from the statement behind it is reported as well.
        if (node is VariableDeclaratorSyntax
            {
                Initializer: null,
                Parent.Parent: LocalDeclarationStatementSyntax { Parent: BlockSyntax around } local
            })
            node = around.Statements.SkipWhile(other => other != local).Skip(1).FirstOrDefault() ?? node;
        if (node is not IfStatementSyntax { Parent: BlockSyntax block } statement)
            yield break;
        int index = block.Statements.IndexOf(statement);
        StatementSyntax? before = index > 0 ? block.Statements[index - 1] : null, after = index + 1 < block.Statements.Count
            ? block.Statements[index + 1] : null;
        if (Returned(statement, after) is { } returned)
        {
            // The return behind is part of the choice unless every branch has its own.
            StatementSyntax replacement = SyntaxFactory.ReturnStatement(returned).WithAdditionalAnnotations(Formatter.Annotation)
                .WithTriviaFrom(statement);
            SyntaxList<StatementSyntax> statements = block.Statements.Replace(statement, replacement);
            if (Returned(statement, null) is null)
                statements = statements.RemoveAt(index + 1);
            yield return new(Title, "Return", root.ReplaceNode(block, block.WithStatements(statements)));
        }
        else if (before is LocalDeclarationStatementSyntax { Declaration.Variables: { Count: 1 } variables } declaration
            && Assigned(statement, variables[0]) is { } assigned)
        {
            VariableDeclaratorSyntax variable = variables[0].WithInitializer(SyntaxFactory.EqualsValueClause(assigned));
            LocalDeclarationStatementSyntax replacement =
                declaration.WithDeclaration(declaration.Declaration.WithVariables(SyntaxFactory.SingletonSeparatedList(variable)))
                .WithAdditionalAnnotations(Formatter.Annotation);
            SyntaxList<StatementSyntax> statements = block.Statements.Replace(declaration, replacement).RemoveAt(index);
            yield return new(Title, "Local", root.ReplaceNode(block, block.WithStatements(statements)));
        }
    }

    // What a statement returns; an if without else takes what the statement behind it returns.
    private static ExpressionSyntax? Returned(StatementSyntax? statement, StatementSyntax? after) => statement switch
    {
        ReturnStatementSyntax { Expression: { } value } => value.WithoutTrivia(),
        BlockSyntax { Statements: { Count: 1 } only } => Returned(only[0], after),
        IfStatementSyntax choice => Choose(choice.Condition, Returned(choice.Statement, null), choice.Else is null ? Returned(after, null)
            : Returned(choice.Else.Statement, after)),
        _ => null,
    };

    // What a statement gives the local; an if without else leaves the value that it has.
    private static ExpressionSyntax? Assigned(StatementSyntax? statement, VariableDeclaratorSyntax local) => statement switch
    {
        null => local.Initializer?.Value.WithoutTrivia(),
        ExpressionStatementSyntax
        {
            Expression: AssignmentExpressionSyntax
            {
                RawKind: (int)SyntaxKind.SimpleAssignmentExpression,
                Left: IdentifierNameSyntax name
            } assignment
        }
            when name.Identifier.ValueText == local.Identifier.ValueText && !Mentions(assignment.Right, local) =>
                assignment.Right.WithoutTrivia(),
        BlockSyntax { Statements: { Count: 1 } only } => Assigned(only[0], local),
        IfStatementSyntax choice when !Mentions(choice.Condition, local) => Choose(choice.Condition, Assigned(choice.Statement, local),
            Assigned(choice.Else?.Statement, local)),
        _ => null,
    };

    private static bool Mentions(ExpressionSyntax expression, VariableDeclaratorSyntax local) =>
        expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>()
            .Any(name => name.Identifier.ValueText == local.Identifier.ValueText);

    private static ExpressionSyntax? Choose(ExpressionSyntax condition, ExpressionSyntax? whenTrue, ExpressionSyntax? whenFalse)
    {
        if (whenTrue is null || whenFalse is null)
            return null;
        return SyntaxFactory.ConditionalExpression(Parenthesized(condition.WithoutTrivia()), Parenthesized(whenTrue), whenFalse)
            .NormalizeWhitespace(elasticTrivia: true);
    }

    private static ExpressionSyntax Parenthesized(ExpressionSyntax expression) =>
        expression is ConditionalExpressionSyntax or AssignmentExpressionSyntax ? SyntaxFactory.ParenthesizedExpression(expression)
            : expression;
}
