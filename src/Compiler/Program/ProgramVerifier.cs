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

    /// <summary>Throws where a program makes no sense: an error of the compiler's own.</summary>
    public static void Check(KernelProgram program)
    {
        if (Verify(program) is { Count: > 0 } faults)
            throw new InvalidOperationException("a kernel makes no sense: " + string.Join("; ", faults));
    }

    private void Visit(ImmutableArray<Statement> statements)
    {
        var own = new List<string>();
        foreach (Statement statement in statements.SelectMany(statement => statement is Lets { Values: var together } ? together
            : (IEnumerable<Statement>)[statement]))
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
                        Expect(Fits(first.Type, declare.Type), $"{declare.Name} is {declare.Type} and begins as {first.Type}");
                    }

                    Name(declare.Name, declare.Type, changes: true, own);
                    break;
                case Assign assign:
                    Visit(assign);
                    break;
                case For loop:
                    Read(loop.End);
                    Visit([loop.Counter, .. loop.Steps, .. loop.Body]);
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
                    Visit(choice.Else);
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

    private void Visit(Assign assign)
    {
        Read(assign.Place);
        Read(assign.Value);
        bool isMoved = assign.Joining == Joining.Add && IsPlace(assign.Place.Type) && IsWhole(assign.Value.Type);
        Expect(isMoved || assign.Place.Type == assign.Value.Type,
            $"{assign.Value.Type} is assigned to {assign.Place.Type} in {NameOf(assign.Place)}");

        // What lies behind an address changes, be the address a constant.
        Expect(assign.Place is not Variable || !names.TryGetValue(NameOf(assign.Place), out (NumberType? Type, bool Changes) known)
            || known.Changes, $"{NameOf(assign.Place)} does not change");
    }

    private static bool IsWhole(NumberType type) => type is NumberType.Whole or NumberType.Distance;

    private static bool IsPlace(NumberType type) => type is NumberType.Address or NumberType.Distance;

    private static bool IsTruth(NumberType type) => type is NumberType.Truth or NumberType.LaneTruth;

    // A whole number widens by itself.
    private static bool Fits(NumberType found, NumberType wanted) =>
        found == wanted || (found == NumberType.Whole && wanted == NumberType.Distance);

    private void Name(string name, NumberType type, bool changes, List<string> own)
    {
        Expect(!names.ContainsKey(name), name + " is declared twice");
        names[name] = (type, changes);
        own.Add(name);
    }

    private void Read(Expression expression)
    {
        foreach (Expression part in expression.Parts)
            Read(part);
        switch (expression)
        {
            case Variable variable:
                Known(variable.Name, variable.Type);
                break;
            case Element element:
                Known(element.Array, element.Type);
                Expect(IsWhole(element.Index.Type), $"{element.Array} is read at a place that is {element.Index.Type}");
                break;
            case Behind place:
                Expect(place.Address.Type == NumberType.Address, $"{place.Address.Type} is no place in memory");
                Expect(IsWhole(place.Elements.Type), $"a place is {place.Elements.Type} behind another");
                break;
            case Apply apply:
                Operands(apply);
                break;
        }
    }

    // Of a member of something the owner is known, of an element of memory the place.
    private void Known(string name, NumberType? type)
    {
        int dot = name.IndexOf('.');
        if (dot >= 0)
            Expect(names.ContainsKey(name.Substring(0, dot)), name + " is not there");
        else if (names.TryGetValue(name, out (NumberType? Type, bool Changes) known))
            Expect(known.Type is null or NumberType.Address || known.Type == type, $"{name} is {known.Type} and is read as {type}");
        else
            Expect(false, name + " is not there");
    }

    private void Operands(Apply apply)
    {
        Operation row = Operations.Of(apply.Op);
        Expect(row.IsElementwise, $"{apply.Op} is no operation on numbers");
        Expect(row.IsCondition == IsTruth(apply.Type) || apply.Op is Op.Where or Op.Mask, $"{apply.Op} gives {apply.Type}");
        for (int k = 0; k < apply.Arguments.Length; k++)
        {
            NumberType found = apply.Arguments[k].Type;
            if (GraphVerifier.IsAsked(apply.Op, k))
                Expect(IsTruth(found), $"{apply.Op} asks whether, and input {k} is {found}");
            else if (row.IsCondition)
                Expect(found == apply.Arguments[0].Type && !IsTruth(found), $"{apply.Op} compares {apply.Arguments[0].Type} with {found}");
            else
                Expect(Fits(found, apply.Type), $"{apply.Op} gives {apply.Type}, and input {k} is {found}");
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
