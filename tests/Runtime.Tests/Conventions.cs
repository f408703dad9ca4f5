using System.Reflection;

namespace LossGen.Runtime.Tests;

/// <summary>What stands on the options about conventions is about options that there are, and of their types.</summary>
public class Conventions
{
    [Fact]
    public void DefaultsFitTheirOptions()
    {
        int count = 0;
        foreach (Type type in typeof(LossAttribute).Assembly.GetTypes().Where(typeof(Attribute).IsAssignableFrom))
        {
            foreach (ConventionDefaultAttribute preset in type.GetCustomAttributes<ConventionDefaultAttribute>(inherit: false))
            {
                Assert.NotNull(preset.Option);
                Check(type, type.GetProperty(preset.Option), preset);
            }

            foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            {
                ConventionDefaultAttribute[] presets = [.. property.GetCustomAttributes<ConventionDefaultAttribute>(inherit: false)];
                Assert.Equal(presets.Length, presets.DistinctBy(preset => preset.Convention).Count());
                foreach (ConventionDefaultAttribute preset in presets)
                {
                    Assert.Null(preset.Option);
                    Check(type, property, preset);
                }
            }
        }

        Assert.True(count > 10);

        void Check(Type type, PropertyInfo? property, ConventionDefaultAttribute preset)
        {
            count++;
            Assert.True(property is not null && property.PropertyType == preset.Value.GetType(),
                $"{type.Name}: {preset.Convention}, {preset.Option ?? property?.Name}");
        }
    }
}
