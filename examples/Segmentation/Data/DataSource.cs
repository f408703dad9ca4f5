namespace Segmentation.Data;

/// <summary>What <c>--data</c> names.</summary>
internal static class DataSource
{
    public const string Auto = "auto";
    public const string Mri = "mri";
    public const string Drawn = "phantom";

    /// <summary>Reads or draws it.</summary>
    /// <exception cref="UsageException">It is not there.</exception>
    public static Dataset Load(string what, int seed)
    {
        switch (what)
        {
            case Drawn:
                return Phantom.Draw(seed);
            case Auto:
                return BrainMri.IsIn(BrainMri.DebianFolder) ? BrainMri.Load(BrainMri.DebianFolder) : Phantom.Draw(seed);
        }
        string folder = what == Mri ? BrainMri.DebianFolder : what;
        if (!BrainMri.IsIn(folder))
        {
            throw new UsageException(
                $"--data {what}: there is no ch2.nii.gz with aal.nii.gz in {folder}. Install Debian's package mricron-data, name a folder that has them, or use --data {Drawn}.");
        }
        return BrainMri.Load(folder);
    }
}
