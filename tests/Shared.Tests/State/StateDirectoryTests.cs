using Tunnel.Shared.State;

namespace Tunnel.Shared.Tests.State;

public sealed class StateDirectoryTests
{
    [Fact]
    public void The_variable_comes_first_and_is_made_absolute()
    {
        Assert.Equal("/srv/state", Choose(privileged: true, (StateDirectory.Variable, "/srv/state"), ("XDG_STATE_HOME", "/xdg")));
        Assert.Equal(Path.GetFullPath("state"), Choose(privileged: false, (StateDirectory.Variable, "state")));
    }

    [Theory]
    [InlineData(true, "/xdg", "/var/lib/tunnel")]
    [InlineData(false, "/xdg", "/xdg/tunnel")]
    [InlineData(false, "", "/home/user/.local/state/tunnel")]
    [InlineData(false, "relative/is/ignored", "/home/user/.local/state/tunnel")]
    public void Without_it_the_platform_decides(bool privileged, string xdg, string expected)
    {
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(expected, Choose(privileged, (StateDirectory.Variable, string.Empty), ("XDG_STATE_HOME", xdg)));
        }
    }

    private static string Choose(bool privileged, params (string Name, string Value)[] variables) =>
        StateDirectory.Choose(name => variables.FirstOrDefault(variable => variable.Name == name).Value, privileged, "/home/user");
}
