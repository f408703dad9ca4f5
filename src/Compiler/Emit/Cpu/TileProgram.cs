using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>What a method of a pass is to the runtime.</summary>
internal enum TileProgramKind
{
    /// <summary>A method for a tile.</summary>
    Method,

    /// <summary>A loop over the classes that the runtime runs for one or for several at a time.</summary>
    ClassLoop,
}

/// <summary>A method of a pass.</summary>
internal sealed record TileProgram(KernelProgram Program, TileProgramKind Kind);
