using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Tests.Configuration;

public sealed class SampleFileTests
{
    public static TheoryData<string> Valid => SampleFiles.In("valid");

    public static TheoryData<string> Invalid => SampleFiles.In("invalid");

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_valid_file_loads_with_the_warnings_it_names(string name)
    {
        var result = Check("valid", name);

        Assert.False(result.HasErrors);
        Assert.NotNull(result.Config);
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_file_has_the_problems_it_names(string name)
    {
        var result = Check("invalid", name);

        Assert.True(result.HasErrors);
        Assert.Contains(result.Problems, static problem => problem.Severity == ConfigSeverity.Error);
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void The_long_form_of_a_valid_file_loads_again_as_the_same(string name)
    {
        var config = ConfigLoader.Load(SampleFiles.PathOf("valid", name)).Config!;

        var text = ConfigWriter.Expand(config);
        var again = ConfigLoader.LoadText("expanded.json", TestKeys.Unmask(text), strict: true);

        Assert.DoesNotContain(again.Problems, static problem => problem.Severity == ConfigSeverity.Error);
        Assert.Null(ModelDifference.Find(config, again.Config));
        Assert.Equal(text, ConfigWriter.Expand(again.Config!));
    }

    private static ConfigResult Check(string folder, string name)
    {
        var path = SampleFiles.PathOf(folder, name);
        var result = ConfigLoader.Load(path);
        var actual = result.Problems.Select(problem => problem.ToString()[(path.Length + 1)..]);
        Assert.Equal(SampleFiles.Expected(path), actual);
        return result;
    }
}
