using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Tests.Configuration;

public sealed class JoinTextTests
{
    private const string Line = "tunnel://" + TestKeys.First + "@portal.example.com:7000/home.example";

    [Fact]
    public void The_line_itself_a_file_and_a_variable_are_the_same()
    {
        var path = Path.GetTempFileName();
        const string variable = "TUNNEL_TEST_JOIN";
        try
        {
            File.WriteAllText(path, Line + "\n");
            Environment.SetEnvironmentVariable(variable, Line);

            foreach (var text in new[] { Line, "file:" + path, "env:" + variable, "tunnel://env:TUNNEL_TEST_KEY@portal.example.com:7000/home.example" })
            {
                Assert.True(JoinText.TryResolve(text, out var join, out var key, out var error), error);
                Assert.Equal(TestKeys.First, key.Export());
                Assert.Equal(("portal.example.com", 7000, "home.example"), (join.Host, join.Port, join.Domain));
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("env:TUNNEL_TEST_NO_SUCH_VARIABLE", "TUNNEL_TEST_NO_SUCH_VARIABLE")]
    [InlineData("file:/nowhere/join", "/nowhere/join")]
    [InlineData("env:TUNNEL_TEST_BAD_KEY", "Copy the whole line")]
    [InlineData("tunnel://" + TestKeys.First + "@a:7000", "virtual domain is missing")]
    [InlineData("tunnel://a:7000/home.example", "key is missing")]
    [InlineData("tunnel://hunter2hunter2hunter2@a:7000/home.example", "not a key")]
    [InlineData("tunnel://env:TUNNEL_TEST_BAD_KEY@a:7000/home.example", "env:TUNNEL_TEST_BAD_KEY")]
    [InlineData("", "tunnel://KEY@HOST:PORT")]
    public void What_cannot_be_used_is_named_and_not_repeated(string text, string expected)
    {
        Assert.False(JoinText.TryResolve(text, out _, out _, out var error));

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
        Assert.All(TestKeys.Secrets, secret => Assert.DoesNotContain(secret, error, StringComparison.Ordinal));
    }
}
