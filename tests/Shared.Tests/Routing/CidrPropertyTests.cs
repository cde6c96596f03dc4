using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Tests.Routing;

public sealed class CidrPropertyTests
{
    /// <summary>A block, and an address that shares a random number of its leading bits.</summary>
    private static readonly Gen<(IPAddress Network, int Prefix, IPAddress Address)> Cases =
        from width in Gen.Elements(4, 16)
        from network in Gen.Choose(0, 255).ArrayOf(width)
        from other in Gen.Choose(0, 255).ArrayOf(width)
        from shared in Gen.Choose(0, width * 8)
        from prefix in Gen.Choose(0, width * 8)
        select (ToAddress(network), prefix, ToAddress(Blend(network, other, shared)));

    [Fact]
    public void A_block_contains_what_a_naive_comparison_of_bits_finds() =>
        Prop.ForAll(Cases.ToArbitrary(), static item =>
        {
            Assert.True(CidrBlock.TryParse($"{item.Network}/{item.Prefix}", out var block));
            var expected = Bits(item.Network)[..item.Prefix] == Bits(item.Address)[..item.Prefix];
            return block.Contains(item.Address) == expected
                && block.Equals(new CidrBlock(item.Network, item.Prefix))
                && CidrBlock.TryParse(block.ToString(), out var again)
                && again.Equals(block);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_mapped_address_is_the_IPv4_address() =>
        Prop.ForAll(Cases.Where(static item => item.Network.GetAddressBytes().Length == 4).ToArbitrary(), static item =>
            new CidrBlock(item.Network, item.Prefix) is var block
            && block.Contains(item.Address) == block.Contains(item.Address.MapToIPv6())
            && block.Equals(new CidrBlock(item.Network.MapToIPv6(), item.Prefix + 96)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData("")]
    [InlineData("/8")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("::/129")]
    [InlineData("::ffff:1.2.3.4/95")]
    [InlineData("10.1/8")]
    [InlineData("10")]
    [InlineData("example.com")]
    public void What_is_no_block_is_refused(string text) => Assert.False(CidrBlock.TryParse(text, out _));

    private static string Bits(IPAddress address) => string.Concat(address.GetAddressBytes().Select(static value => value.ToString("b8")));

    private static IPAddress ToAddress(int[] values) => new([.. values.Select(static value => (byte)value)]);

    private static int[] Blend(int[] first, int[] second, int shared) =>
    [
        .. first.Select((value, index) =>
        {
            var keep = Math.Clamp(shared - (index * 8), 0, 8);
            var mask = 0xFF & (0xFF << (8 - keep));
            return (value & mask) | (second[index] & ~mask & 0xFF);
        }),
    ];
}
