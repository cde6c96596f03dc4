using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Hosting;

namespace Tunnel.Portal.Tests.Web;

/// <summary>A site in memory, and a visitor of it who neither decompresses nor keeps anything.</summary>
internal sealed class TestSite : IAsyncDisposable
{
    private readonly IHost _host;

    private TestSite(IHost host)
    {
        _host = host;
        Visitor = host.GetTestClient();
    }

    public HttpClient Visitor { get; }

    public static async Task<TestSite> StartAsync(RequestDelegate handler)
    {
        var host = new HostBuilder()
            .ConfigureWebHost(web => web.UseTestServer().Configure(app => app.Run(handler)))
            .Build();
        await host.StartAsync();
        return new TestSite(host);
    }

    /// <summary>A request with headers that are sent as they are.</summary>
    public Task<HttpResponseMessage> SendAsync(string uri, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, uri, headers);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string uri, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, uri);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Visitor.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async ValueTask DisposeAsync()
    {
        Visitor.Dispose();
        await _host.StopAsync();
        _host.Dispose();
    }
}
