using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Sniffing;
using Tunnel.Testing.Net;

namespace Tunnel.Shared.Tests.Sniffing;

public sealed class TlsSnifferTests
{
    [Theory]
    [InlineData(16 * 1024, 32)]
    [InlineData(16 * 1024, 1800)]
    [InlineData(512, 1800)]
    [InlineData(100, 32)]
    [InlineData(3, 32)]
    [InlineData(1, 32)]
    [InlineData(4096, 15_000)]
    public void The_name_is_found_with_the_last_byte_and_not_before(int record, int keyShare)
    {
        var bytes = Hellos.Records(Hellos.Message("Site.Example", keyShare, "h2", "http/1.1"), record);

        for (var length = 0; length < bytes.Length; length += length < 1000 || length > bytes.Length - 10 ? 1 : 97)
        {
            var early = TlsSniffer.Sniff(bytes.AsSpan(0, length));
            Assert.Equal(SniffStatus.NeedMore, early.Status);
            Assert.Equal(length > 5 ? "tls" : null, early.Protocol);
        }

        var result = TlsSniffer.Sniff(bytes);
        Assert.Equal(new SniffResult(SniffStatus.Found, "tls", "site.example", "h2,http/1.1"), result);
        Assert.Equal(result, TlsSniffer.Sniff([.. bytes, 1, 2, 3]));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("a b")]
    [InlineData("a\0b.example")]
    [InlineData("a\r\nb")]
    [InlineData("é.example")]
    [InlineData("")]
    [InlineData(null)]
    public void A_hello_without_a_valid_name_is_tls_all_the_same(string? name) =>
        Assert.Equal(new SniffResult(SniffStatus.Found, "tls"), TlsSniffer.Sniff(Hellos.Records(Hellos.Message(name))));

    [Fact]
    public void A_hello_that_is_too_long_or_has_two_names_is_none()
    {
        Assert.Equal(SniffStatus.No, TlsSniffer.Sniff(Hellos.Records(Hellos.Message("a.example", 17_000), 4096)).Status);

        // The empty extension in front, 0xfe0d, becomes a second server_name.
        var message = Hellos.Message("a.example", 0);
        var second = message.AsSpan().IndexOf(new byte[] { 0xfe, 0x0d });
        message[second] = message[second + 1] = 0;
        Assert.Equal(SniffStatus.No, TlsSniffer.Sniff(Hellos.Records(message)).Status);
    }

    [Theory]
    [InlineData(new byte[] { 22, 2 })]
    [InlineData(new byte[] { 22, 3, 5 })]
    [InlineData(new byte[] { 22, 3, 1, 0, 0 })]
    [InlineData(new byte[] { 22, 3, 1, 0xFF, 0 })]
    [InlineData(new byte[] { 22, 3, 1, 0, 9, 2 })]
    [InlineData(new byte[] { 23, 3, 1 })]
    public void What_is_no_hello_is_told_at_once(byte[] bytes) => Assert.Equal(SniffStatus.No, TlsSniffer.Sniff(bytes).Status);

    [Fact]
    public void Every_mutation_of_a_hello_gives_a_result_with_a_valid_name_or_none()
    {
        byte[][] samples = [Hellos.Records(Hellos.Message("site.example", 64, "h2")), Hellos.Records(Hellos.Message("site.example", 64, "h2"), 50)];
        var mutation =
            from sample in Gen.Elements(samples)
            from start in Gen.Choose(0, sample.Length)
            from removed in Gen.Choose(0, Math.Min(4, sample.Length - start))
            from inserted in ArbMap.Default.GeneratorFor<byte[]>()
            select (byte[])[.. sample[..start], .. inserted, .. sample[(start + removed)..]];

        Prop.ForAll(mutation.ToArbitrary(), static bytes => IsSound(StreamSniffer.Sniff(bytes))).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), static bytes => IsSound(StreamSniffer.Sniff(bytes))).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    internal static bool IsSound(SniffResult result) =>
        (result.Domain is null || (result.Status == SniffStatus.Found && Uri.CheckHostName(result.Domain) == UriHostNameType.Dns
            && result.Domain.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || "-._".Contains(c, StringComparison.Ordinal))))
        && (result.Status != SniffStatus.Found || result.Protocol is not null);
}
