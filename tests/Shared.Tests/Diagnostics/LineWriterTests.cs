using Tunnel.Shared.Diagnostics;

namespace Tunnel.Shared.Tests.Diagnostics;

public sealed class LineWriterTests : IDisposable
{
    private const int Capacity = 16 * 1024;

    private readonly string _root = Directory.CreateTempSubdirectory("tunnel-test").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Lines_are_appended_in_order_and_all_are_there_after_the_end()
    {
        var path = Path.Combine(_root, "error.log");
        await File.WriteAllTextAsync(path, "before\n");
        await using (var writer = LineWriter.File(path))
        {
            for (var i = 0; i < 1000; i++)
            {
                writer.Write($"line {i}");
            }
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"line {i}").Prepend("before"), await File.ReadAllLinesAsync(path));
    }

    [Fact]
    public async Task A_file_can_be_read_while_it_is_written()
    {
        var path = Path.Combine(_root, "error.log");
        await using var writer = LineWriter.File(path);
        writer.Write("one");
        await Transport.Wait.UntilAsync(() => Read(path) == "one\n", "the line is in the file");
    }

    [Fact]
    public async Task A_slow_disk_holds_nobody_back_and_what_is_dropped_is_counted()
    {
        await using var slow = new GatedWriter();
        var writer = new LineWriter(slow, ownsWriter: false);
        writer.Write("first");
        await slow.Reached;
        for (var i = 0; i < Capacity + 42; i++)
        {
            writer.Write($"line {i}");
        }

        slow.Open();
        await writer.DisposeAsync();

        Assert.Equal(Capacity + 2, slow.Lines.Count);
        Assert.Equal(["first", "line 0"], slow.Lines[..2]);
        Assert.Equal($"line {Capacity - 1}", slow.Lines[^2]);
        Assert.StartsWith("(42 log lines were dropped here", slow.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_stops_nothing()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var writer = LineWriter.File("/dev/full");
        writer.Write("lost");
        await writer.DisposeAsync();
        writer.Write("lost too");
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_an_error() =>
        Assert.ThrowsAny<IOException>(() => LineWriter.File(Path.Combine(_root, "missing", "error.log")));

    private static string Read(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
