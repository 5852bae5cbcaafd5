"""Names of areas as English editions print them."""

from __future__ import annotations

import pytest

from pls_analysis.areas import Area, AreaTree
from pls_analysis.english_names import english_name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        *(
            ("三林镇", "Sanlin Town"),
            ("陆家嘴街道", "Lujiazui Subdistrict"),
            ("静安区", "Jing'an District"),
        ),
        *(("长宁区", "Changning District"), ("闵行区", "Minhang District"), ("上海市", "Shanghai")),
        *(("城西居委会", "Chengxi Residents' Committee"), ("新春村委会", "Xinchun Village")),
        *(("Bow Street", "Bow Street"), ("某地", "Moudi"), ("甲（乙）镇", "Jia（Yi） Town")),
    ],
)
def test_a_name_is_romanised_with_the_word_for_its_kind(name: str, said: str):
    assert english_name(name) == said


def test_a_tree_has_the_names_of_its_list_first_and_tells_namesakes_apart():
    areas = [
        Area("3100", "沪市", "city", ""),
        Area("310115", "东湖区", "district", "3100"),
        Area("310115001", "高行镇", "town", "310115", "镇"),
        Area("310115002", "江薇镇", "town", "310115", "镇"),
        Area("310115003", "江伟镇", "town", "310115", "镇"),
    ]
    facts = {"310115001": {"name_en": "Gaohang New Town"}}
    tree = AreaTree(areas, facts=facts)
    english = tree.in_english("310115")
    assert [one.name for one in english] == [
        "Hu", "Donghu District", "Gaohang New Town", "Jiangwei Town (江薇镇)",
        "Jiangwei Town (江伟镇)",
    ]  # fmt: skip
    assert english["310115001"].kind == "镇"
    assert tree["310115001"].name == "高行镇"
