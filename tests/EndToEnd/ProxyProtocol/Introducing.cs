using System.Net;
using System.Net.Sockets;
using Tunnel.Testing.Net;

namespace Tunnel.EndToEnd.ProxyProtocol;

/// <summary>What both ends of these tests are made of.</summary>
internal static class Introducing
{
    /// <summary>Where this machine can be visited: by IPv4, and by IPv6 where there is any.</summary>
    public static string[] Hosts { get; } = Socket.OSSupportsIPv6 ? ["127.0.0.1", "[::1]"] : ["127.0.0.1"];

    /// <summary>A PROXY line.</summary>
    public static string Line(IPEndPoint source, IPEndPoint destination) =>
        $"PROXY {(source.AddressFamily == AddressFamily.InterNetworkV6 ? "TCP6" : "TCP4")} {source.Address} {destination.Address} {source.Port} {destination.Port}\r\n";

    /// <summary>A visitor's own address.</summary>
    public static IPEndPoint Address(this Visitor visitor) => (IPEndPoint)visitor.Socket.LocalEndPoint!;

    /// <summary>The body of an HTTP answer. Asks without a half-close, which nginx takes for a client that has gone.</summary>
    public static async Task<string> GetAsync(this Visitor visitor)
    {
        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: home.example\r\nConnection: close\r\n\r\n"u8.ToArray());
        var answer = System.Text.Encoding.ASCII.GetString(await visitor.ReadToEndAsync());
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        return answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
    }
}
