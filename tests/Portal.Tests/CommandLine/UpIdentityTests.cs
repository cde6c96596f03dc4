using Tunnel.Portal.CommandLine;
using Tunnel.Shared.State;

namespace Tunnel.Portal.Tests.CommandLine;

public sealed class UpIdentityTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tunnel-test").FullName;

    private string State => Path.Combine(_root, "state");

    private string KeyFile => Path.Combine(State, "up.key");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task It_is_kept_between_runs()
    {
        var first = await UpIdentity.LoadOrCreateAsync(State);
        var second = await UpIdentity.LoadOrCreateAsync(State);

        Assert.Null(first.Error);
        Assert.Equal(first.Key.Export(), second.Key.Export());
        Assert.Equal(first.VirtualDomain, second.VirtualDomain);
        Assert.Equal("up-" + first.Key.Id, first.VirtualDomain);
        Assert.Equal([KeyFile], Directory.GetFiles(State));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        }
    }

    [Fact]
    public async Task Another_folder_has_another_one() => Assert.NotEqual(
        (await UpIdentity.LoadOrCreateAsync(State)).Key.Export(),
        (await UpIdentity.LoadOrCreateAsync(State + "2")).Key.Export());

    [Theory]
    [InlineData("")]
    [InlineData("0123456789.short")]
    public async Task A_damaged_file_is_an_error_that_names_it_and_is_left_as_it_is(string text)
    {
        PrivateFile.TryCreate(KeyFile, text);

        var identity = await UpIdentity.LoadOrCreateAsync(State);

        Assert.StartsWith(KeyFile + ": ", identity.Error, StringComparison.Ordinal);
        Assert.Contains("Delete the file", identity.Error, StringComparison.Ordinal);
        Assert.Equal(text, await File.ReadAllTextAsync(KeyFile));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_is_an_error_that_names_it_and_the_way_out()
    {
        await File.WriteAllTextAsync(State, "in the way");

        var identity = await UpIdentity.LoadOrCreateAsync(State);

        Assert.Contains(State, identity.Error, StringComparison.Ordinal);
        Assert.Contains(StateDirectory.Variable, identity.Error, StringComparison.Ordinal);
    }
}
