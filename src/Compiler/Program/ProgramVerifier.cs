using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Program;

/// <summary>
/// Whether a program makes sense before it is printed: every name stands once in its scope and is there before it is read, types fit,
/// and what does not change is not assigned.
/// </summary>
internal sealed class ProgramVerifier
{
    private readonly KernelProgram program;
    private readonly List<string> faults = [];

    // The variables in sight with their types, and whether they may change; null for words of the runtime's.
    private readonly Dictionary<string, (NumberType? Type, bool Changes)> names = [];

    private ProgramVerifier(KernelProgram program) => this.program = program;

    /// <summary>What is wrong with a kernel, in words; nothing where it is sound.</summary>
    public static IReadOnlyList<string> Verify(KernelProgram program)
    {
        var verifier = new ProgramVerifier(program);
        foreach (string given in program.Given)
            verifier.names[given] = (null, true);
        verifier.Visit(program.Body);
        return verifier.faults;
    }

    private void Visit(ImmutableArray<Statement> statements)
    {
        var own = new List<string>();
        foreach (Statement statement in statements)
        {
            switch (statement)
            {
                case Let let:
                    Read(let.Value);
                    Name(let.Name, let.Value.Type, changes: false, own);
                    break;
                case Declare declare:
                    if (declare.Value is { } first)
                    {
                        Read(first);
                        Expect(first.Type == declare.Type, $"{declare.Name} is {declare.Type} and begins as {first.Type}");
                    }

                    Name(declare.Name, declare.Type, changes: true, own);
                    break;
                case Assign assign:
                    Read(assign.Place);
                    Read(assign.Value);
                    Expect(assign.Place.Type == assign.Value.Type, $"{assign.Value.Type} is assigned to {assign.Place.Type} in {NameOf(assign.Place)}");
                    Expect(!names.TryGetValue(NameOf(assign.Place), out (NumberType? Type, bool Changes) known) || known.Changes, $"{NameOf(assign.Place)} does not change");
                    break;
                case Loop loop:
                    foreach (string counter in loop.Counters)
                        Expect(!names.ContainsKey(counter), counter + " is counted inside its own loop");
                    foreach (string counter in loop.Counters)
                        names[counter] = (NumberType.Whole, false);
                    Visit(loop.Body);
                    foreach (string counter in loop.Counters)
                        names.Remove(counter);
                    break;
                case If choice:
                    Read(choice.Condition);
                    Expect(choice.Condition.Type == NumberType.Truth, "a condition is " + choice.Condition.Type);
                    Visit(choice.Body);
                    break;
                case Do call:
                    foreach (Expression argument in call.Arguments)
                        Read(argument);
                    break;
            }
        }

        foreach (string name in own)
            names.Remove(name);
    }

    private void Name(string name, NumberType type, bool changes, List<string> own)
    {
        Expect(!names.ContainsKey(name), name + " is declared twice");
        names[name] = (type, changes);
        own.Add(name);
    }

    private void Read(Expression expression)
    {
        switch (expression)
        {
            case Variable variable:
                Known(variable.Name, variable.Type);
                break;
            case Element element:
                Known(element.Array, element.Type);
                Expect(element.Index.Type == NumberType.Whole, $"{element.Array} is read at a place that is {element.Index.Type}");
                Read(element.Index);
                break;
            case Apply apply:
                foreach (Expression argument in apply.Arguments)
                    Read(argument);
                Operands(apply);
                break;
            case Call call:
                foreach (Expression argument in call.Arguments)
                    Read(argument);
                break;
            case Cast cast:
                Read(cast.Value);
                break;
        }
    }

    private void Known(string name, NumberType type)
    {
        if (names.TryGetValue(name, out (NumberType? Type, bool Changes) known))
            Expect(known.Type is null || known.Type == type, $"{name} is {known.Type} and is read as {type}");
        else
            Expect(false, name + " is not there");
    }

    private void Operands(Apply apply)
    {
        Operation row = Operations.Of(apply.Op);
        Expect(row.IsElementwise, $"{apply.Op} is no operation on numbers");
        Expect(row.IsCondition == (apply.Type == NumberType.Truth) || apply.Op is Op.Where or Op.Mask, $"{apply.Op} gives {apply.Type}");
        bool choosing = apply.Op is Op.Where or Op.Mask, logical = apply.Op is Op.And or Op.Or or Op.Not;
        for (int k = 0; k < apply.Arguments.Length; k++)
        {
            NumberType found = apply.Arguments[k].Type;
            if (logical || (choosing && k == 0))
                Expect(found == NumberType.Truth, $"{apply.Op} asks whether, and input {k} is {found}");
            else if (row.IsCondition)
                Expect(found == apply.Arguments[0].Type && found != NumberType.Truth, $"{apply.Op} compares {apply.Arguments[0].Type} with {found}");
            else
                Expect(found == apply.Type, $"{apply.Op} gives {apply.Type}, and input {k} is {found}");
        }
    }

    private static string NameOf(Expression place) => place switch
    {
        Variable variable => variable.Name,
        Element element => element.Array,
        _ => place.ToString(),
    };

    private void Expect(bool holds, string fault)
    {
        if (!holds)
            faults.Add($"{program.Name}: {fault}");
    }
}
