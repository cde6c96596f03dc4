using System.Net;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.WebFront.Tests.Conformance.Fronts;
using Tunnel.WebFront.Tests.Conformance.Target;

namespace Tunnel.WebFront.Tests.Conformance;

/// <summary>The fronts and their target, which all cases share one after the other. Each starts when it is first needed.</summary>
public sealed class ConformanceFixture : IAsyncLifetime
{
    private readonly Lazy<Task<Front>> _nginx;
    private readonly Lazy<Task<Front>> _secondNginx;
    private readonly Lazy<Task<Front>> _portal;

    private TempDirectory Files { get; } = new();

    private RecordingTarget Target { get; } = new();

    /// <summary>Starts nothing yet.</summary>
    public ConformanceFixture()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["target"] = Target.Address,
            ["dead"] = new IPEndPoint(IPAddress.Loopback, FreePort.Next()).ToString(),
            ["www"] = FrontFiles.Write(Files),

            // "visitor" with password "secret", as openssl passwd -apr1 writes it.
            ["users"] = Files.Write("users", "visitor:$apr1$tunnel00$nSUruYywwuca9nGhcZ8eP.\n"),
        };
        _nginx = new(() => Front.StartNginxAsync("nginx", Files, values));
        _secondNginx = new(() => Front.StartNginxAsync("second-nginx", Files, values));
        _portal = new(() => Front.StartPortalAsync("portal", Files, values));
    }

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        foreach (var front in new[] { _portal, _secondNginx, _nginx })
        {
            if (front is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            {
                await (await front.Value).DisposeAsync();
            }
        }

        await Target.DisposeAsync();
        Files.Dispose();
    }

    /// <summary>Plays a case with nginx and the portal; what is wrong, or null.</summary>
    internal Task<string?> CompareAsync(ConformanceCase asked) => CompareAsync(asked, _portal, AllowedDifferences.All);

    /// <summary>Plays a case with two of nginx, which differ in nothing.</summary>
    internal Task<string?> CompareWithItselfAsync(ConformanceCase asked) => CompareAsync(asked, _secondNginx, []);

    private async Task<string?> CompareAsync(ConformanceCase asked, Lazy<Task<Front>> other, IReadOnlyList<AllowedDifference> allowed)
    {
        var nginx = await (await _nginx.Value).PlayAsync(asked, Target);
        var second = await (await other.Value).PlayAsync(asked, Target);
        return Comparison.Judge(asked.Name, nginx, second, allowed) is { } complaint
            ? $"{complaint}\n--- its log\n{(await other.Value).Log()}"
            : null;
    }
}
