using Tunnel.Shared.Reloading;
using Tunnel.Testing;

namespace Tunnel.Shared.Tests.Reloading;

public sealed class FileWatchTests : IDisposable
{
    private readonly TempDirectory _files = new();
    private readonly ConfigFile _file;
    private readonly FileWatch _watch;
    private int _reloads;

    public FileWatchTests()
    {
        _files.Write("list.txt", "10.0.0.0/8\n");
        _file = new ConfigFile(_files.Write("config.json", Naming("list.txt")), static _ => null);
        Assert.False(_file.Load().HasErrors);
        _watch = new FileWatch(_file, ReloadAsync, TimeProvider.System);
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_change_is_taken_up_once_when_it_has_come_to_rest()
    {
        await LookAsync(3);
        Assert.Equal(0, _reloads);

        _files.Write("config.json", "{");
        await LookAsync();
        _files.Write("config.json", Naming("list.txt") + " ");
        await LookAsync();
        Assert.Equal(0, _reloads);
        await LookAsync();
        Assert.Equal(1, _reloads);
        await LookAsync(3);
        Assert.Equal(1, _reloads);
    }

    [Fact]
    public async Task A_file_that_is_renamed_into_its_place_counts_and_one_that_is_gone_and_comes_back()
    {
        File.Move(_files.Write("config.json~", Naming("list.txt") + "  "), _files.File("config.json"), overwrite: true);
        await LookAsync(3);
        Assert.Equal(1, _reloads);

        File.Delete(_files.File("config.json"));
        await LookAsync(3);
        Assert.Equal(2, _reloads);
        _files.Write("config.json", Naming("list.txt") + "   ");
        await LookAsync(3);
        Assert.Equal(3, _reloads);
    }

    [Fact]
    public async Task Files_that_the_configuration_names_are_watched_as_soon_as_it_names_them()
    {
        _files.Write("list.txt", "10.0.0.0/8\n10.1.0.0/16\n");
        await LookAsync(3);
        Assert.Equal(1, _reloads);

        // In error, because the other list is not there yet; when that comes, it is read again.
        _files.Write("config.json", Naming("other.txt"));
        await LookAsync(3);
        Assert.Equal(2, _reloads);
        _files.Write("other.txt", "192.0.2.1\n");
        await LookAsync(3);
        Assert.Equal(3, _reloads);

        // The first one is of no interest any more.
        _files.Write("list.txt", "nothing that could be read");
        await LookAsync(3);
        Assert.Equal(3, _reloads);
    }

    [Fact]
    public async Task A_link_that_leads_elsewhere_counts()
    {
        var (one, two) = (_files.Write("one", "192.0.2.1\n"), _files.Write("two", "192.0.2.2\n"));
        File.SetLastWriteTimeUtc(two, File.GetLastWriteTimeUtc(one));
        File.CreateSymbolicLink(_files.File("link"), one);
        _files.Write("config.json", Naming("link"));
        await LookAsync(3);
        Assert.Equal(1, _reloads);

        File.Delete(_files.File("link"));
        File.CreateSymbolicLink(_files.File("link"), two);
        await LookAsync(3);
        Assert.Equal(2, _reloads);
    }

    private static string Naming(string list) =>
        $$"""{ "outbounds": [ { "tag": "out", "protocol": "freedom" } ], "routing": { "rules": [ { "type": "field", "ip": "ext:{{list}}", "outboundTag": "out" } ] } }""";

    private Task ReloadAsync()
    {
        _reloads++;
        _file.Load();
        return Task.CompletedTask;
    }

    private async Task LookAsync(int times = 1)
    {
        for (var time = 0; time < times; time++)
        {
            await _watch.LookAsync();
        }
    }
}
