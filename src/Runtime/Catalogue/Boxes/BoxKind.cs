namespace LossGen;

/// <summary>What a box is, and which numbers describe it.</summary>
public enum BoxKind
{
    /// <summary>Four channels: left, top, right, bottom.</summary>
    Rectangle,

    /// <summary>Six channels: left, top, front, right, bottom, back, as MONAI has them.</summary>
    Cuboid,
}
