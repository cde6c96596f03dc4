using System.Text;

namespace Tunnel.Testing.Programs;

/// <summary>Runs a program to its end and returns what it printed, byte for byte.</summary>
public static class Tool
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs <paramref name="file"/>; kills it and fails when it takes longer than <paramref name="limit"/>.</summary>
    /// <param name="input">Standard input, which is closed after it.</param>
    public static async Task<ToolResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        ReadOnlyMemory<byte> input = default,
        TimeSpan? limit = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var words = arguments.ToArray();
        using var process = ProcessStarter.Start(file, words, start =>
        {
            foreach (var (variable, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                start.Environment[variable] = value;
            }
        });
        using var timeout = new CancellationTokenSource(limit ?? DefaultLimit);
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        try
        {
            // All three at once: a tool that answers before it has read everything must not block on a full pipe.
            await Task.WhenAll(
                FeedAsync(process.StandardInput.BaseStream, input, timeout.Token),
                process.StandardOutput.BaseStream.CopyToAsync(output, timeout.Token),
                process.StandardError.BaseStream.CopyToAsync(error, timeout.Token),
                process.WaitForExitAsync(timeout.Token));
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{Path.GetFileName(file)} {string.Join(' ', words)} still runs after {(limit ?? DefaultLimit).TotalSeconds:0} s:\n{Text(error)}");
        }
        finally
        {
            ProcessStarter.End(process);
        }

        return new ToolResult(process.ExitCode, output.ToArray(), Text(error));
    }

    private static string Text(MemoryStream stream) => Encoding.UTF8.GetString(stream.ToArray());

    private static async Task FeedAsync(Stream standardInput, ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        try
        {
            await standardInput.WriteAsync(input, cancellation);
            standardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading everything; its exit code and its output tell the story.
        }
    }
}
